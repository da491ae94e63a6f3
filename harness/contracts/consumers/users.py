"""Who uses an element of an interface: what the checkers of the interfaces themselves write into `Finding.consumers`."""

from collections.abc import Callable
from functools import partial

from harness.contracts.consumers.declaration import Use, from_document
from harness.contracts.consumers.providers_rest import PARAMETER
from harness.contracts.documents import Documents


def users_of(documents: Documents, contract: str, element: str) -> tuple[str, ...]:
    """The consumers of an element, each with the places of use: `gateway (system/gateway/models/orders.py:Order.of)`.

    `contract` is "proto" (a method `shop.v1.Service/Method`, a message, or a field of one), "openapi" (an operation
    `GET /orders/{order_id}`, or a field of its answer: `GET /orders/{order_id} 200 total.currency`) or "amqp" (a way:
    `order.place`, `shop.events:order.paid`). () when nobody declares it, or nothing is declared in these documents.
    """
    matches = _MATCHES[contract]
    found = [
        each
        for consumer in from_document(documents)
        for use in consumer.uses
        if (places := matches(use, element)) is not None
        for each in consumer.names(places)
    ]
    return tuple(sorted(set(found)))


def users_in(contract: str) -> Callable[[Documents, str], tuple[str, ...]]:
    """`users_of` for one contract."""
    return partial(_users, contract)


def _users(contract: str, documents: Documents, element: str) -> tuple[str, ...]:
    return users_of(documents, contract, element)


def _of_proto(use: Use, element: str) -> tuple[str, ...] | None:
    if use.name == element:
        return use.places_of("")
    found: set[str] = set()
    for field in {*use.fields_read, *use.sends}:
        message = field.rpartition(".")[0]
        if element in (field, message) or (field.endswith(".*") and element.rpartition(".")[0] == message):
            found |= {*use.places_of(field)}
    return tuple(sorted(found)) or None


def _of_openapi(use: Use, element: str) -> tuple[str, ...] | None:
    method, path, *rest = element.split(" ")
    if use.kind != "rest" or use.name != f"{method} {PARAMETER.sub('{id}', path)}":
        return None
    field = " ".join(rest)
    if not field:
        return use.at
    return use.places_of(field) if field in (*use.fields_read, *use.sends, *use.codes) else None


def _of_amqp(use: Use, element: str) -> tuple[str, ...] | None:
    return use.places_of("") if element in (use.name, *use.consumes, *use.publishes) else None


_MATCHES = {"proto": _of_proto, "openapi": _of_openapi, "amqp": _of_amqp}
