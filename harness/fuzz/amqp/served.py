"""What a system tells the AMQP fuzzer about a queue that it consumes: what good messages are, and what became of messages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A message to be published. `id` is carried in the header `ID_HEADER`, whatever else is wrong with the message.

    `kind` says in which way it is bad ("torn", "hopeless: no items"); "good" ones must be decided. `properties` are
    further arguments of aio_pika.Message. `again`: it was published before under this id.
    """

    id: str
    kind: str
    body: bytes
    properties: Mapping[str, Any] = field(default_factory=dict)


ID_HEADER = "x-fuzz-id"
GOOD = "good"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A queue that is consumed. `fits` says which of the broker's queues it is, because some are named by the broker.

    `good`: bodies of that many new messages that must be decided, as by a customer. `hopeless`: bodies that can be decoded
    and must not be acted on, by what is wrong. `foreign`: bodies of other types. `decided`: what is wrong with what became
    of good messages, as text; nothing when all are decided as if they were alone. `accounted`: of messages that were neither
    dead-lettered nor decided, the ids of those that had their effect, or are visibly counted as duplicates or as none of the
    consumer's business; others were swallowed. `dead_letters` is False for a queue whose consumer may drop what it is not
    waiting for.
    """

    about: str
    fits: Callable[[str], bool]
    good: Callable[[int], Awaitable[Sequence[bytes]]]
    hopeless: Callable[[], Awaitable[Sequence[tuple[str, bytes]]]]
    foreign: Sequence[tuple[str, bytes]]
    decided: Callable[[Sequence[bytes]], Awaitable[Sequence[str]]]
    accounted: Callable[[Sequence[Message]], Awaitable[frozenset[str]]]
    dead_letters: bool = True
