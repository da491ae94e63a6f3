"""The world outside the shop: a payment provider and a mail server that can be told to misbehave.

Guarantees of both:

- they stand outside: nothing of the shop is imported here, and they are the independent witness a checker asks what
  really happened (money in `GET /ledger`, mail in `GET /messages`);
- what they recorded is recorded once, in an append-only journal that survives `kill -9` (`SANDBOX_JOURNAL`);
- they misbehave only where a script says so (`POST /script`), and the script says how often it struck.
"""
