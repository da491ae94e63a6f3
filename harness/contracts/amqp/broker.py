"""Reads the topology of a running RabbitMQ broker, and joins the messages that its owner declares.

The broker is asked over the protocol of its own node, as `rabbitmqctl` does: AMQP lists nothing. What type a message has
stands nowhere at a broker, so it is declared in a file ([[message]] tables with the keys of MessageType), and verified
against the messages that are really published (see `verification`).
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import TypeAdapter

from harness.contracts.amqp.topology import Binding, Exchange, MessageType, Queue, Topology
from harness.contracts.checker import SourceError
from harness.contracts.documents import as_json
from harness.stack.errors import StackError
from harness.stack.manifest import AdminAccess
from harness.stack.namespaces.erlang import Node
from harness.stack.namespaces.terms import Atom
from harness.stack.view import StackView

_KIND = "rabbitmq"
_OF_THE_BROKER = "amq."
_FLAGS = ("durable", "auto_delete", "internal")
_EXCHANGE = ("name", "type", *_FLAGS, "arguments")
_QUEUE = ("name", "durable", "auto_delete", "exclusive", "arguments")
_BINDING = ("source_name", "destination_name", "destination_kind", "routing_key", "arguments")
_MESSAGES = TypeAdapter(dict[str, tuple[MessageType, ...]])


@dataclass(frozen=True)
class BrokerSource:
    """The LiveSource of amqp.json. `messages` is the file that declares what is published."""

    messages: Path
    document: str = "amqp.json"

    def read(self, stack: StackView) -> bytes:
        """See LiveSource."""
        return as_json(replace(topology(stack), messages=declared(self.messages)).document())


def declared(file: Path) -> tuple[MessageType, ...]:
    """The [[message]] tables of a file. Raises SourceError."""
    try:
        tables = _MESSAGES.validate_json(as_json(tomllib.loads(file.read_text())))
        return tables["message"]
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(f"{file} does not declare [[message]] tables: {error}") from error


def topology(stack: StackView) -> Topology:
    """What stands at the broker of a stack, without messages. Raises SourceError."""
    try:
        vhost = unquote(urlsplit(stack.amqp_url).path.removeprefix("/")).encode()
        admin = administrator(stack)
        with Node(admin.port, admin.password) as node:
            return _topology(
                node.call("rabbit_exchange", "info_all", [vhost, _items(_EXCHANGE)]),
                node.call("rabbit_amqqueue", "info_all", [vhost, _items(_QUEUE)]),
                node.call("rabbit_binding", "info_all", [vhost, _items(_BINDING)]),
            )
    except (StackError, OSError) as error:
        raise SourceError(f"the broker does not say what stands there: {error}") from error


def administrator(stack: StackView) -> AdminAccess:
    """The administrator's account on the broker. Raises StackError when the stack has none."""
    found = next((access for name, access in stack.manifest.admin.items() if stack.instance(name).kind == _KIND), None)
    if found is None:
        raise StackError("this stack has no broker that may be administered")
    return found


def _items(names: Iterable[str]) -> list[Atom]:
    return [Atom(name) for name in names]


Rows = Sequence[Sequence[tuple[str, Any]]]


def _topology(exchanges: Rows, queues: Rows, bindings: Rows) -> Topology:
    found = [_queue(dict(row)) for row in queues if dict(row)["exclusive"] != "true"]
    kept = tuple(queue for queue in found if not queue.name.startswith(_OF_THE_BROKER))
    named = tuple(each for row in exchanges if _ours((each := _exchange(dict(row))).name))
    ends = {("queue", queue.name) for queue in kept} | {("exchange", exchange.name) for exchange in named}
    all_bindings = [_binding(dict(row)) for row in bindings]
    return Topology(
        named, kept, tuple(each for each in all_bindings if each.source and (each.destination_kind, each.destination) in ends)
    )


def _ours(exchange: str) -> bool:
    return bool(exchange) and not exchange.startswith(_OF_THE_BROKER)


def _exchange(row: Mapping[str, Any]) -> Exchange:
    name, flags = row["name"][3].decode(), {flag: row[flag] == "true" for flag in _FLAGS}
    return Exchange(name, str(row["type"]), arguments=_arguments(row), **flags)


def _queue(row: Mapping[str, Any]) -> Queue:
    return Queue(row["name"][3].decode(), row["durable"] == "true", row["auto_delete"] == "true", _arguments(row))


def _binding(row: Mapping[str, Any]) -> Binding:
    ends = row["source_name"].decode(), row["destination_name"].decode(), row["routing_key"].decode()
    return Binding(*ends, str(row["destination_kind"]), _arguments(row))


def _arguments(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name.decode(): _value(kind, value) for name, kind, value in row["arguments"]}


def _value(kind: str, value: Any) -> Any:
    """An argument as JSON: AMQP's types of integers are told apart by nobody who declares a queue."""
    match kind:
        case "longstr" | "binary":
            return value.decode()
        case "bool":
            return value == "true"
        case "array":
            return [_value(*each) for each in value]
        case "table":
            return {name.decode(): _value(*rest) for name, *rest in value}
        case _:
            return value
