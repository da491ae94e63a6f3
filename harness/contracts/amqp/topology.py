"""What stands at a broker, and which type of message has which routing key: the contract of publishers and consumers.

The document (amqp.json) is this, with lists sorted. Not in it: the broker's own exchanges, queues of one connection
(exclusive, or named by the broker), and the binding that every queue has to the default exchange.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, field
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated

_STRICT = ConfigDict(extra="forbid", strict=True)


@validated(frozen=True, config=_STRICT)
class Exchange:
    """An exchange. An `internal` one takes messages of other exchanges only."""

    name: str
    type: str
    durable: bool = True
    auto_delete: bool = False
    internal: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)


@validated(frozen=True, config=_STRICT)
class Queue:
    """A queue that any connection may use."""

    name: str
    durable: bool = True
    auto_delete: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)


@validated(frozen=True, config=_STRICT)
class Binding:
    """A binding of a queue, or of another exchange, to the exchange `source`."""

    source: str
    destination: str
    routing_key: str
    destination_kind: str = "queue"
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What identifies it: two bindings may differ in their arguments alone."""
        arguments = json.dumps(dict(self.arguments), sort_keys=True)
        return (self.source, self.destination_kind, self.destination, self.routing_key, arguments)


@validated(frozen=True, config=_STRICT)
class MessageType:
    """What is published to `exchange` ("" is the default one) with `routing_key`.

    `type` is the full name of the message; `payload` the member of its oneof that is set, "" when it has none;
    `reply` the type of the answer sent to reply_to, "" when there is none.
    """

    exchange: str
    routing_key: str
    type: str
    payload: str = ""
    content_type: str = "application/x-protobuf"
    reply: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Where it is published."""
        return (self.exchange, self.routing_key)


@validated(frozen=True, config=_STRICT)
class Topology:
    """A broker's exchanges, queues and bindings, and the messages that are published."""

    exchanges: tuple[Exchange, ...] = ()
    queues: tuple[Queue, ...] = ()
    bindings: tuple[Binding, ...] = ()
    messages: tuple[MessageType, ...] = ()

    def document(self) -> dict[str, Any]:
        """As plain data, lists sorted."""
        ordered: dict[str, Iterable[Any]] = {
            "exchanges": sorted(self.exchanges, key=lambda each: each.name),
            "queues": sorted(self.queues, key=lambda each: each.name),
            "bindings": sorted(self.bindings, key=lambda each: each.key),
            "messages": sorted(self.messages, key=lambda each: each.key),
        }
        return {name: [asdict(each) for each in items] for name, items in ordered.items()}


_ADAPTER = TypeAdapter(Topology)


def parse(document: bytes) -> Topology:
    """A topology from its JSON. Raises ValueError that names every key it does not know or lacks."""
    return _ADAPTER.validate_json(document)
