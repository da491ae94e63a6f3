"""Queues: everybody who declares one must name the same arguments, or the broker closes the channel (406, PRECONDITION_FAILED).

So any change of an argument of a queue that exists breaks the rolling deploy in which both versions declare it, whichever
way it goes. The rules differ by what else the argument decides: how long a message lives, and where it goes then.
Source: RabbitMQ, "Queues", "Property Equivalence" and "Optional Arguments".
"""

from collections.abc import Iterator

from harness.contracts.amqp.registry import RULES, comparison
from harness.contracts.amqp.topology import Queue, Topology
from harness.contracts.finding import Finding, Level
from harness.contracts.rules import Rule

_ERR, _INFO = Level.ERR, Level.INFO
REMOVED = RULES.declare(
    "queue-removed", _ERR, "A queue is gone: what is sent to it is lost, and who consumes from it is refused."
)
ADDED = RULES.declare("queue-added", _INFO, "There is a new queue.")
DURABILITY = RULES.declare("queue-durability-changed", _ERR, "A queue outlives a restart of the broker, or no longer does.")
AUTO_DELETE = RULES.declare("queue-auto-delete-changed", _ERR, "A queue goes with its last consumer, or no longer does.")
TYPE = RULES.declare(
    "queue-type-changed", _ERR, "A queue is of another type (classic, quorum, stream): it cannot be declared as before."
)
TTL = RULES.declare("queue-message-ttl-changed", _ERR, "Messages expire in a queue earlier or later than before.")
EXPIRY = RULES.declare("queue-expiry-changed", _ERR, "A queue that is not used is deleted earlier or later than before.")
DEAD_LETTER = RULES.declare("queue-dead-letter-changed", _ERR, "What a queue gives up goes elsewhere than before.")
LENGTH = RULES.declare(
    "queue-length-limit-changed", _ERR, "A queue takes more or fewer messages than before, or treats the rest otherwise."
)
DELIVERIES = RULES.declare(
    "queue-delivery-limit-changed", _ERR, "A message is given up after more or fewer deliveries than before."
)
CONSUMERS = RULES.declare(
    "queue-consumers-changed", _ERR, "A queue has another order of consumers or messages (single active, priorities)."
)
OTHER = RULES.declare("queue-argument-changed", _ERR, "A queue has another argument: it cannot be declared as before.")

BY_ARGUMENT: dict[str, Rule] = {
    "x-queue-type": TYPE,
    "x-message-ttl": TTL,
    "x-expires": EXPIRY,
    "x-dead-letter-exchange": DEAD_LETTER,
    "x-dead-letter-routing-key": DEAD_LETTER,
    "x-dead-letter-strategy": DEAD_LETTER,
    "x-max-length": LENGTH,
    "x-max-length-bytes": LENGTH,
    "x-overflow": LENGTH,
    "x-delivery-limit": DELIVERIES,
    "x-single-active-consumer": CONSUMERS,
    "x-max-priority": CONSUMERS,
}
"""The rule for a change of each argument; OTHER for the rest."""

_CLASSIC = "classic"


@comparison
def queues(old: Topology, new: Topology) -> Iterator[Finding]:
    """What has become of every queue."""
    now = {queue.name: queue for queue in new.queues}
    for was in old.queues:
        if (found := now.pop(was.name, None)) is None:
            yield RULES.found(REMOVED, f"queue {was.name}")
        else:
            yield from _changed(was, found)
    for name in now:
        yield RULES.found(ADDED, f"queue {name}")


def _changed(old: Queue, new: Queue) -> Iterator[Finding]:
    for attribute, rule in (("durable", DURABILITY), ("auto_delete", AUTO_DELETE)):
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield RULES.found(rule, f"queue {old.name}", f"{attribute} was {before}, is {after}")
    for argument in sorted({*old.arguments, *new.arguments}):
        before, after = _argument(old, argument), _argument(new, argument)
        if before != after:
            rule = BY_ARGUMENT.get(argument, OTHER)
            yield RULES.found(rule, f"queue {old.name} {argument}", f"{_said(before)} became {_said(after)}")


def _argument(queue: Queue, name: str) -> object:
    """An argument's value; a queue whose type is not named is a classic one."""
    return queue.arguments.get(name, _CLASSIC if name == "x-queue-type" else None)


def _said(value: object) -> str:
    return "none" if value is None else repr(value)
