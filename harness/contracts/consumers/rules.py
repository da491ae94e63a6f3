"""The rules by which a provider's change breaks a consumer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.contracts.consumers.declaration import Consumer, Use
from harness.contracts.finding import Finding, Level
from harness.contracts.rules import Rule, Rules

RULES = Rules("consumers")
_ERR = Level.ERR
RPC_REMOVED = RULES.declare("consumer-rpc-removed", _ERR, "A consumer calls an RPC that is gone.")
FIELD_REMOVED = RULES.declare("consumer-field-removed", _ERR, "A consumer uses a field of a message that is gone.")
FIELD_RENAMED = RULES.declare("consumer-field-renamed", _ERR, "A consumer uses a field by a name that it no longer has.")
FIELD_CHANGED = RULES.declare(
    "consumer-field-type-changed", _ERR, "A consumer uses a field that has another type, number or cardinality now."
)
STATUS = RULES.declare("consumer-status-unhandled", _ERR, "A consumer is answered a status that it does not handle.")
MESSAGE_REMOVED = RULES.declare("consumer-message-removed", _ERR, "A consumer takes a message that is no longer published.")
MESSAGE_CHANGED = RULES.declare(
    "consumer-message-type-changed", _ERR, "A consumer takes or sends a message where another type is meant now."
)
QUEUE_REMOVED = RULES.declare("consumer-queue-removed", _ERR, "A consumer uses a queue or exchange that is gone.")
OPERATION_REMOVED = RULES.declare("consumer-operation-removed", _ERR, "A consumer asks for a REST operation that is gone.")
PROPERTY_REMOVED = RULES.declare("consumer-property-removed", _ERR, "A consumer reads a property of an answer that is gone.")
PROPERTY_CHANGED = RULES.declare(
    "consumer-property-type-changed", _ERR, "A consumer reads a property that may be of another type, or null, now."
)
PROPERTY_OPTIONAL = RULES.declare(
    "consumer-property-optional", _ERR, "A consumer reads a property that may be missing now and was always there."
)
SENT_REMOVED = RULES.declare("consumer-sent-property-removed", _ERR, "A consumer sends a property that is no longer taken.")
DEMANDED = RULES.declare("consumer-required-not-sent", _ERR, "A consumer does not send what is required now.")


@dataclass(frozen=True)
class Judged:
    """One use of one consumer, while it is held against the providers."""

    consumer: Consumer
    use: Use

    def breaks(self, rule: Rule, element: str, detail: str = "", places: Iterable[str] | None = None) -> Finding:
        """A finding that names the consumer and the places where it uses `element` (unless `places` says where)."""
        where = " ".join(filter(None, (self.consumer.name, self.use.name, element)))
        found = RULES.found(rule, where, detail or element or self.use.name)
        named = self.consumer.names(self.use.places_of(element) if places is None else places)
        return replace(found, consumers=named)

    def handles(self, status: str) -> bool:
        """Whether the consumer handles a status here."""
        return status in self.use.codes or status in self.consumer.handles
