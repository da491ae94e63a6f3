"""The queues of a RabbitMQ virtual host, as its node knows them now.

What the broker shows of a quorum queue is up to 5 s old, and AMQP counts only messages that wait: its leader is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.stack.namespaces.erlang import Node
from harness.stack.namespaces.terms import Atom

_ITEMS = [Atom(name) for name in ("name", "type", "exclusive", "messages", "leader", "arguments")]
_TOTAL: tuple[Any, ...] = (Atom("rabbit_fifo"), Atom("query_messages_total"), [])


@dataclass(frozen=True)
class BrokerQueue:
    """A queue. `messages` counts those that wait and those not yet acknowledged; `exclusive` ones end with their connection."""

    name: str
    messages: int
    exclusive: bool
    arguments: Mapping[str, Any] = field(default_factory=dict)


def queues_of(node: Node, vhost: str) -> list[BrokerQueue]:
    """Every queue of a virtual host. Raises OSError, ErlangError when the node cannot say."""
    # One list for queues with a process each, one for all others.
    found = node.call("rabbit_amqqueue", "info_all", [vhost.encode(), _ITEMS])
    return [_queue(node, vhost, dict(each)) for each in found]


def _queue(node: Node, vhost: str, info: Mapping[str, Any]) -> BrokerQueue:
    name, messages = info["name"][3].decode(), info["messages"]
    if info["type"] == "quorum":
        leader = (Atom(f"{vhost}_{name}".replace("/", "%2F")), Atom(info["leader"]))
        _ok, (_index, messages), _leader = node.call("ra", "leader_query", [leader, _TOTAL])
    arguments = {_text(key): _text(value) for key, _type, value in info["arguments"] or ()}
    return BrokerQueue(name, messages, info["exclusive"] == "true", arguments)


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
