"""Puts the payment provider together and runs it."""

import uuid
from contextlib import closing

from system.sandbox import clock
from system.sandbox.journal import JournalError, open_journal
from system.sandbox.provider.api import create_app
from system.sandbox.provider.book import RECORDS, Book
from system.sandbox.provider.rules import PaymentRule
from system.sandbox.provider.service import Provider
from system.sandbox.script import Script
from system.sandbox.serving import serve
from system.sandbox.settings import SandboxSettings, read_settings


def new_payment_id() -> str:
    """Return an id that no other payment has."""
    return f"pay_{uuid.uuid4().hex}"


def main() -> None:
    """Run until told to stop; raises `SystemExit` with a message when the settings or the journal are unusable."""
    settings = read_settings(SandboxSettings)
    try:
        with closing(open_journal(settings.journal, RECORDS)) as journal:
            script: Script[PaymentRule] = Script()
            serve(create_app(Provider(Book(journal, clock.now, new_payment_id), script)), settings)
    except JournalError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
