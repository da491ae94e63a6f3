"""Puts the mailbox together and runs it. HTTP answers only once SMTP listens, so that its health is the health of both."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from fastapi import FastAPI

from system.sandbox import clock
from system.sandbox.journal import JournalError, open_journal
from system.sandbox.mailbox.api import create_app
from system.sandbox.mailbox.box import RECORDS, Mailbox
from system.sandbox.mailbox.rules import MailRule
from system.sandbox.mailbox.smtp import Reception, listening
from system.sandbox.script import Script
from system.sandbox.serving import serve
from system.sandbox.settings import Port, SandboxSettings, read_settings


class MailboxSettings(SandboxSettings):
    """`SANDBOX_SMTP_PORT` is where mail comes in."""

    smtp_port: Port


def new_message_id() -> str:
    """Return an id that no other message has."""
    return f"msg_{uuid.uuid4().hex}"


def main() -> None:
    """Run until told to stop; raises `SystemExit` with a message when the settings or the journal are unusable."""
    settings = read_settings(MailboxSettings)
    script: Script[MailRule] = Script()
    try:
        with closing(open_journal(settings.journal, RECORDS)) as journal:
            mailbox = Mailbox(journal, clock.now, new_message_id)

            @asynccontextmanager
            async def smtp(_: FastAPI) -> AsyncIterator[None]:
                async with listening(Reception(mailbox, script), settings.smtp_port, settings.bind_host):
                    yield

            serve(create_app(mailbox, script, smtp), settings)
    except JournalError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
