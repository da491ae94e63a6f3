"""The same thing said in models, messages, code and tables: where they drift apart it is found, or declared."""
