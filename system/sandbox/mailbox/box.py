"""The messages that were delivered, each once.

Guarantees: a Message-ID is delivered to a recipient once, as Cyrus' duplicate suppression does it: later transmissions
are counted, not delivered, even when the first one was deleted meanwhile; one transmission is one record of the
journal, written before it is believed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from system.sandbox.clock import Clock
from system.sandbox.feed import Feed
from system.sandbox.journal import Journal
from system.sandbox.mailbox.domain import Mail, Message, same_address


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal: new messages, ids of messages transmitted again, or that all were deleted."""

    delivered: tuple[Message, ...] = ()
    repeated: tuple[str, ...] = ()
    cleared: bool = False


RECORDS: TypeAdapter[Record] = TypeAdapter(Record)


class NoSuchMessage(Exception):
    """There is no message with that id, or it was deleted."""


class Mailbox:
    """Starts from what the journal remembers; raises `JournalError` wherever the journal does."""

    def __init__(self, journal: Journal[Record], clock: Clock, new_id: Callable[[], str]) -> None:
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._messages: dict[str, Message] = {}
        self._known: dict[tuple[str, str], str] = {}
        self.feed: Feed[Message] = Feed()
        for record in journal.replay():
            self._believe(record)

    def deliver(self, mail: Mail, recipients: Iterable[str]) -> None:
        """Accept one transmission for every recipient; the same recipient twice counts once."""
        delivered: list[Message] = []
        repeated: list[str] = []
        for recipient in {same_address(recipient): recipient for recipient in recipients}.values():
            known = mail.message_id and self._known.get((mail.message_id, same_address(recipient)))
            if known:
                repeated.append(known)
            else:
                delivered.append(self._message(mail, recipient))
        self._record(Record(delivered=tuple(delivered), repeated=tuple(repeated)))
        for message in delivered:
            self.feed.publish(message)

    def messages(self, to: str | None = None, order_id: str | None = None) -> list[Message]:
        """Return the messages in order of delivery; those to one recipient or about one order where it is given."""
        recipient = None if to is None else same_address(to)
        return [
            message
            for message in self._messages.values()
            if recipient in (None, same_address(message.to)) and order_id in (None, message.order_id)
        ]

    def message(self, message_id: str) -> Message:
        """Return one message by its id here; raises `NoSuchMessage`."""
        try:
            return self._messages[message_id]
        except KeyError:
            raise NoSuchMessage(message_id) from None

    def clear(self) -> None:
        """Delete every message; what was delivered once will still not be delivered again."""
        self._record(Record(cleared=True))

    def _message(self, mail: Mail, recipient: str) -> Message:
        moment = self._clock()
        own_id = self._new_id()
        return Message(
            id=own_id,
            message_id=mail.message_id or f"<{own_id}@mailbox.sandbox>",
            sender=mail.sender,
            to=recipient,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            headers=mail.headers,
            order_id=mail.order_id,
            received_at=moment.at,
            at_monotonic=moment.monotonic,
        )

    def _record(self, record: Record) -> None:
        self._journal.append(record)
        self._believe(record)

    def _believe(self, record: Record) -> None:
        if record.cleared:
            self._messages.clear()
        for message in record.delivered:
            self._messages[message.id] = message
            self._known[message.message_id, same_address(message.to)] = message.id
        for own_id in record.repeated:
            if own_id in self._messages:
                message = self._messages[own_id]
                self._messages[own_id] = replace(message, transmissions=message.transmissions + 1)
