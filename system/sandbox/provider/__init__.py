"""The payment provider's sandbox: payments with idempotency keys, and a ledger that says what really happened.

The HTTP API is described in `system.sandbox.provider.api`. Run it with `python -m system.sandbox.provider`; it reads
`SANDBOX_HTTP_PORT` and, to remember across restarts, `SANDBOX_JOURNAL`.
"""
