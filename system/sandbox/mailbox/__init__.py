"""The mail server's sandbox: takes mail over SMTP and shows it over HTTP.

The HTTP API is described in `system.sandbox.mailbox.api`. Run it with `python -m system.sandbox.mailbox`; it reads
`SANDBOX_SMTP_PORT`, `SANDBOX_HTTP_PORT` and, to remember across restarts, `SANDBOX_JOURNAL`.
"""
