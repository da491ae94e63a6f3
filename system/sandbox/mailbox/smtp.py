"""The SMTP side: takes any mail for anybody, struck by the script where it says so.

A mail is struck when all of it was transmitted. Once that is so it is dealt with to the end, even when the client hangs
up meanwhile, as a mail server does it: a client that lost patience does not know whether its mail was taken.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from system.sandbox.mailbox.box import Mailbox
from system.sandbox.mailbox.domain import Mail, read_mail, same_address
from system.sandbox.mailbox.rules import MailRule
from system.sandbox.script import ConnectionDropped, Facts, Script, ScriptedRefusal, When
from system.sandbox.settings import LOOPBACK

log = logging.getLogger(__name__)

HOSTNAME = "mailbox.sandbox"
NULL_SENDER = "<>"


class Reception:
    """The hooks of aiosmtpd, which finds them by their names."""

    def __init__(self, mailbox: Mailbox, script: Script[MailRule]) -> None:
        self._mailbox = mailbox
        self._script = script
        self._unfinished: set[asyncio.Task[None]] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail and say so, or do what the script says instead."""
        mail = read_mail(envelope.original_content or b"", envelope.mail_from or NULL_SENDER)
        reception = asyncio.create_task(self._receive(mail, envelope.rcpt_tos))
        self._unfinished.add(reception)
        reception.add_done_callback(self._finished)
        try:
            await asyncio.shield(reception)
        except ScriptedRefusal as refusal:
            return f"{refusal.code} {refusal.code // 100}.3.0 {refusal}"
        except ConnectionDropped:
            await _hang_up(server)
        return "250 2.0.0 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Ask the client to try again: whatever happened, the mail is not in the mailbox."""
        log.error("a mail could not be taken", exc_info=error)
        return "451 4.3.0 the mailbox is out of order"

    async def _receive(self, mail: Mail, recipients: Sequence[str]) -> None:
        action = self._script.take(_facts(mail, recipients))
        await action.strike(When.BEFORE)
        self._mailbox.deliver(mail, recipients)
        await action.strike(When.AFTER)

    def _finished(self, reception: asyncio.Task[None]) -> None:
        self._unfinished.discard(reception)
        error = None if reception.cancelled() else reception.exception()
        if error is not None:
            log.info("a mail was not answered as it should: %r", error)

    async def abandon(self) -> None:
        """Give up what is unfinished, because the process ends."""
        unfinished = list(self._unfinished)
        for reception in unfinished:
            reception.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)


@asynccontextmanager
async def listening(reception: Reception, port: int, host: str = LOOPBACK) -> AsyncIterator[None]:
    """Accept SMTP connections on `host`; at the end close them all. Raises `OSError` when the port is taken."""
    loop = asyncio.get_running_loop()
    connections: WeakSet[SMTP] = WeakSet()

    def accept() -> SMTP:
        connection = SMTP(reception, hostname=HOSTNAME, ident="ESMTP", enable_SMTPUTF8=True, loop=loop)
        connections.add(connection)
        return connection

    server = await loop.create_server(accept, host, port)
    try:
        yield
    finally:
        server.close()
        await reception.abandon()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()


def _facts(mail: Mail, recipients: Sequence[str]) -> Facts:
    return {
        "to": tuple(map(same_address, recipients)),
        "order_id": () if mail.order_id is None else (mail.order_id,),
        "message_id": () if mail.message_id is None else (mail.message_id,),
    }


async def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()
        await asyncio.get_running_loop().create_future()  # the loss of the connection cancels this coroutine
