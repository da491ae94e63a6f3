"""The user service: accounts, credentials and tokens. It alone judges whether a token still stands."""
