"""Messages: under a routing key comes the type that its consumers decode, and a request is answered as before."""

from collections.abc import Iterator

from harness.contracts.amqp.registry import RULES, comparison
from harness.contracts.amqp.routing import covers
from harness.contracts.amqp.topology import MessageType, Topology
from harness.contracts.finding import Finding, Level
from harness.contracts.rules import Rule

_ERR = Level.ERR
REMOVED = RULES.declare("message-removed", _ERR, "A message is no longer published: its consumers wait for nothing.")
TYPE = RULES.declare(
    "message-type-changed", _ERR, "Another type of message comes under a routing key: consumers cannot read it."
)
PAYLOAD = RULES.declare(
    "message-payload-changed", _ERR, "Another member of the message's oneof is set: consumers look for the old one."
)
CONTENT_TYPE = RULES.declare(
    "message-content-type-changed", _ERR, "Messages are encoded otherwise: consumers cannot read them."
)
REPLY_REMOVED = RULES.declare("message-reply-removed", _ERR, "A request is no longer answered: who asked waits for nothing.")
REPLY_TYPE = RULES.declare(
    "message-reply-type-changed", _ERR, "A request is answered with another type: who asked cannot read it."
)
REPLY_ADDED = RULES.declare("message-reply-added", Level.INFO, "A message is answered now.")
ADDED = RULES.declare("message-added", Level.INFO, "There is a new message.")
ADDED_TO_BOUND = RULES.declare(
    "message-added-to-existing-queue",
    Level.WARN,
    "A new message reaches a queue whose consumers of the last release may not know it.",
)

_ATTRIBUTES = {"type": TYPE, "payload": PAYLOAD, "content_type": CONTENT_TYPE}


@comparison
def messages(old: Topology, new: Topology) -> Iterator[Finding]:
    """What has become of every message."""
    now = {message.key: message for message in new.messages}
    for was in old.messages:
        if (found := now.pop(was.key, None)) is None:
            yield RULES.found(REMOVED, _where(was))
        else:
            yield from _changed(was, found)
    for added in now.values():
        reached = list(_reached(added, old))
        yield RULES.found(ADDED_TO_BOUND if reached else ADDED, _where(added), ", ".join(reached))


def _changed(old: MessageType, new: MessageType) -> Iterator[Finding]:
    for attribute, rule in _ATTRIBUTES.items():
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield RULES.found(rule, _where(old), f"{before or 'none'} became {after or 'none'}")
    if old.reply != new.reply:
        yield RULES.found(_reply_rule(old, new), _where(old), f"{old.reply or 'none'} became {new.reply or 'none'}")


def _reply_rule(old: MessageType, new: MessageType) -> Rule:
    if not old.reply:
        return REPLY_ADDED
    return REPLY_TYPE if new.reply else REPLY_REMOVED


def _reached(message: MessageType, topology: Topology) -> Iterator[str]:
    """The queues of a topology that a message comes to."""
    if not message.exchange:
        yield from (queue.name for queue in topology.queues if queue.name == message.routing_key)
    types = {exchange.name: exchange.type for exchange in topology.exchanges}
    for binding in topology.bindings:
        of_it = binding.source == message.exchange and binding.destination_kind == "queue"
        if of_it and covers(types.get(binding.source, ""), binding.routing_key, message.routing_key):
            yield binding.destination


def _where(message: MessageType) -> str:
    return f"message {message.exchange or '(default)'} {message.routing_key}"
