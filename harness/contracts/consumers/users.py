"""Who uses an element of an interface: what findings of the interfaces' own checkers say in `Finding.consumers`.

An element is named as the `where` of such a finding: `shop.order.v1.Order.total`, `shop.order.v1.OrderService/GetOrder`,
`GET /orders/{order_id} 200 application/json /items/*/name`, `POST /orders query:limit`, `queue order.place x-max-length`,
`message shop.events order.paid`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from harness.contracts.checker import ContractChecker
from harness.contracts.consumers.declaration import DOCUMENT, Use, from_document
from harness.contracts.consumers.providers_rest import PARAMETER
from harness.contracts.consumers.recorder.rest import PROBLEM
from harness.contracts.consumers.recorder.routes import route
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding

Places = tuple[str, ...] | None
"""Where an element is used; None when it is not."""


def users_of(documents: Documents, contract: str, element: str) -> tuple[str, ...]:
    """The consumers of an element, each with the places of use: `gateway (system/gateway/models/orders.py:Order.of)`.

    `contract` is "proto", "openapi" or "amqp". () when nobody uses it, or nothing is declared in these documents.
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


@dataclass(frozen=True)
class NamingUsers:
    """A checker whose findings name the consumers of what has changed."""

    checker: ContractChecker
    name: str = field(init=False)
    about: str = field(init=False)
    released: tuple[str, ...] = field(init=False)
    current: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        inner = self.checker
        taken = {"name": inner.name, "about": inner.about, "released": inner.released, "current": (*inner.current, DOCUMENT)}
        for key, value in taken.items():
            object.__setattr__(self, key, value)

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker."""
        for finding in self.checker.check(released, current):
            users = finding.consumers or users_of(current, finding.contract, finding.where)
            yield replace(finding, consumers=users)


def _of_proto(use: Use, element: str) -> Places:
    if use.name == element:
        return use.places_of("")
    message = element.rpartition(".")[0]
    return _places(use, lambda each: element in (each, each.rpartition(".")[0]) or each == f"{message}.*")


def _of_openapi(use: Use, element: str) -> Places:
    method, path, *rest = element.split(" ")
    if use.kind != "rest" or use.name != f"{method} {PARAMETER.sub('{id}', path)}":
        return None
    status = next((part for part in rest if part.isdigit()), "")
    pointer = next((part for part in rest if part.startswith("/")), "")
    query = next((part for part in rest if part.startswith("query:")), "")
    if query:
        return _places(use, lambda each: each == f"?{query.removeprefix('query:')}")
    if not pointer:
        return use.at
    label = PROBLEM if status >= "400" else status
    name = " ".join(filter(None, (label, ".".join(part for part in pointer.split("/") if part not in ("", "*")))))
    return _places(use, lambda each: each == name or each.startswith(f"{name}."))


def _of_amqp(use: Use, element: str) -> Places:
    kind, name, *rest = element.split(" ")
    if kind == "exchange":
        used = any(way.startswith(f"{name}:") for way in _ways(use))
    elif kind == "queue":
        used = name in _ways(use)
    else:
        used = route("" if name == "(default)" else name, rest[0] if rest else "") in _ways(use)
    return use.at if used else None


def _ways(use: Use) -> tuple[str, ...]:
    return (*use.consumes, *use.publishes)


def _places(use: Use, uses: Callable[[str], bool]) -> Places:
    names: Iterable[str] = filter(uses, {*use.fields_read, *use.sends})
    return tuple(sorted({place for name in names for place in use.places_of(name)})) or None


_MATCHES: Mapping[str, Callable[[Use, str], Places]] = MappingProxyType(
    {"proto": _of_proto, "openapi": _of_openapi, "amqp": _of_amqp}
)
