"""Sends each order's confirmation once.

Whoever wants to send claims the order's row first, under a lease, so that of two calls at one time one sends and the other
is told to come back; once the mail server has the mail, the row says so and later calls get the same answer without a mail.

A caller that goes away meanwhile does not keep us from writing down that the mail was sent.

What SMTP cannot give is exactly once across a crash between the server's 250 and our commit (or a 250 that is lost): the
mail is then sent again. Every attempt for an order carries the same Message-ID, by which a mail server that suppresses
duplicates (Cyrus, most large providers) delivers one.
"""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Protocol, TypeVar

from system.common import deadlines
from system.common.completing import Completing
from system.common.database import Transaction
from system.common.errors import DeadlineExceeded, InvalidArgument, ShopError, Unavailable
from system.common.telemetry import log
from system.notification.domain import Claim, Confirmation, Sent, fault_of
from system.notification.store import ConfirmationStore

T = TypeVar("T")

MARGIN_S = 0.5
"""Kept of the caller's deadline to write down what became of the mail."""
LEASE_MARGIN_S = 2.0
"""By how much a claim outlasts the longest attempt to send."""


class Transactions(Protocol):
    """The part of a Database that the handlers need."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction."""


class Mail(Protocol):
    """The mail server; see clients.MailServer."""

    async def send(self, message: EmailMessage, timeout_s: float) -> None:
        """Hand a mail over within `timeout_s` seconds, or raise Unavailable."""


class Confirmations:
    """The use case of the notification service."""

    def __init__(
        self,
        database: Transactions,
        store: ConfirmationStore,
        mail: Mail,
        write: Callable[[Confirmation], EmailMessage],
        *,
        smtp_timeout_s: float,
    ) -> None:
        self._database = database
        self._store = store
        self._mail = mail
        self._write = write
        self._timeout_s = smtp_timeout_s
        self._completing = Completing()

    async def send(self, wanted: Confirmation) -> Sent:
        """Have the confirmation of an order mailed, once.

        Raises InvalidArgument when it cannot be written, Unavailable or DeadlineExceeded when it is not known to be sent:
        ask again.
        """
        if fault := fault_of(wanted):
            raise InvalidArgument(fault)
        timeout_s = min(self._timeout_s, deadlines.remaining(self._timeout_s + MARGIN_S) - MARGIN_S)
        if timeout_s <= 0:
            raise DeadlineExceeded("the deadline is too near to send a mail", retry_after_s=1)
        message, lease_s = self._write(wanted), self._timeout_s + LEASE_MARGIN_S
        claim = await self._database.run(lambda tx: self._store.claim(tx, wanted, lease_s))
        if isinstance(claim, Sent):
            return claim
        if claim is None:
            raise Unavailable("this confirmation is being sent", retry_after_s=1)
        return await self._completing(self._send(claim, message, timeout_s))

    async def _send(self, claim: Claim, message: EmailMessage, timeout_s: float) -> Sent:
        try:
            await self._mail.send(message, timeout_s)
        except ShopError:
            await self._release(claim)
            raise
        return await self._database.run(lambda tx: self._store.sent(tx, claim))

    async def _release(self, claim: Claim) -> None:
        try:
            await self._database.run(lambda tx: self._store.release(tx, claim))
        except ShopError as error:
            log.warning("claim not given back, its lease will end", order_id=claim.order_id, error=str(error))
