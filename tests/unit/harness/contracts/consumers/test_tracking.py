"""What is read of an answer is noted, whatever way it is read; the messages stay real messages."""

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from harness.contracts.consumers.recorder.facts import Fact
from tests.unit.harness.contracts.consumers.instrumented import COLOURS, Line, Money, Order, Run


def full() -> Any:
    return Order(
        id="o",
        lines=[Line(name="a", price=Money(units=1)), Line(name="b", price=Money(units=2))],
        total=Money(units=3, currency="EUR"),
        colour=1,
        by_name={"x": Line(name="x")},
        paid=Money(units=3),
        tags=["t"],
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m.id", {"Order.id"}),
        ("m.total.units", {"Order.total", "Money.units"}),
        ("getattr(m, 'id')", {"Order.id"}),
        ("[line.name for line in m.lines]", {"Order.lines", "Line.name"}),
        ("m.lines[1].price.units", {"Order.lines", "Line.price", "Money.units"}),
        ("list(map(lambda line: line.name, sorted(m.lines, key=lambda line: line.name)))", {"Order.lines", "Line.name"}),
        ("{k: v.name for k, v in m.by_name.items()}", {"Order.by_name", "Line.name"}),
        ("m.by_name['x'].name", {"Order.by_name", "Line.name"}),
        ("m.HasField('total')", {"Order.total"}),
        ("m.HasField('total') and m.total.currency", {"Order.total", "Money.currency"}),
        ("m.WhichOneof('end')", {"Order.paid", "Order.refused"}),
        ("m.paid.units", {"Order.paid", "Money.units"}),
        ("m.colour", {"Order.colour"}),
        ("list(m.tags)", {"Order.tags"}),
        ("m.SerializeToString()", {"Order.*"}),
        ("m.ListFields()", {"Order.*"}),
        ("m.DESCRIPTOR.full_name", set()),
        ("Line(name=m.id, price=m.total)", {"Order.id", "Order.total", "Money.*"}),
        ("Order(lines=m.lines)", {"Order.lines", "Line.*"}),
        ("Order(lines=[line for line in m.lines])", {"Order.lines", "Line.*"}),
        ("Money().CopyFrom(m.total)", {"Order.total", "Money.*"}),
        ("Money().MergeFrom(m.total)", {"Order.total", "Money.*"}),
        ("Order().lines.append(m.lines[0])", {"Order.lines", "Line.*"}),
        ("Order().lines.extend(m.lines)", {"Order.lines", "Line.*"}),
        ("f'{m.id:>3}'", {"Order.id"}),
        ("(lambda it: it.id)(m)", {"Order.id"}),
    ],
)
def test_reads(expression: str, expected: set[str]) -> None:
    assert Run().reads(expression, full()) == expected


def test_what_was_handed_on_is_equal_and_of_the_same_type() -> None:
    run = Run()
    made = run.source("def use(m):\n    return Line(name=m.lines[0].name, price=m.lines[0].price)")["use"](run.answer(full()))
    assert made == Line(name="a", price=Money(units=1))
    assert type(made) is Line


def test_enum_names_and_absent_fields() -> None:
    run = Run()
    world = run.source("def use(m):\n    return colours[m.colour].name, m.total.units", colours=COLOURS.values_by_number)
    assert world["use"](run.answer(Order(colour=1))) == ("BLUE", 0)


def test_a_message_of_ones_own_is_not_tracked() -> None:
    run = Run()
    run.source("m = Order(id='o', total=Money(units=1))\nm.id, m.total.units, Order(total=m.total).id")
    assert not run.facts


def test_the_place_is_class_and_function() -> None:
    run = Run()
    world = run.source(
        """
        class Desk:
            async def read(self, m):
                def inner():
                    return m.id
                return inner()
        """
    )
    asyncio.run(world["Desk"]().read(run.answer(full())))
    assert {fact.place for fact in run.facts} == {"shop/desk.py:Desk.read.inner"}


class _Delivery:
    """A message of the broker."""

    delivery_tag = 1

    def __init__(self, body: bytes, exchange: str, routing_key: str) -> None:
        self.body, self.exchange, self.routing_key = body, exchange, routing_key


@pytest.mark.parametrize(
    ("exchange", "key", "route"),
    [
        ("events", "order.paid", "events:order.paid"),
        ("", "order.place", "order.place"),
        ("", "gateway.g-1.7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b11", "(reply)"),
    ],
)
def test_a_message_of_the_broker_is_consumed_where_it_is_decoded(exchange: str, key: str, route: str) -> None:
    run = Run()
    world = run.source("def take(delivery):\n    return Order.FromString(delivery.body).total.units")
    assert world["take"](_Delivery(full().SerializeToString(), exchange, key)) == 3
    assert Fact("message", "toy.Order", "consumes", route, "shop/desk.py:take") in run.facts
    assert {f.value for f in run.facts if f.what == "reads"} == {"toy.Order.total", "toy.Money.units"}


def test_bytes_from_elsewhere_are_nobody_s_message() -> None:
    run = Run()
    run.source("def take(row):\n    return Order.FromString(row).id")["take"](full().SerializeToString())
    assert not run.facts


def test_what_is_published() -> None:
    run = Run()
    world = run.source(
        """
        def send(publisher):
            publisher.publish(Order(id="o", total=Money(units=1)).SerializeToString(), exchange="events", routing_key="new")
        """
    )

    class Publisher:
        def publish(self, body: bytes, *, exchange: str, routing_key: str) -> None: ...

    world["send"](Publisher())
    assert {(f.name, f.what, f.value) for f in run.facts} == {
        ("toy.Order", "publishes", "events:new"),
        ("toy.Order", "sends", "toy.Order.id"),
        ("toy.Order", "sends", "toy.Order.total"),
        ("toy.Order", "sends", "toy.Money.units"),
    }


class _Get(grpc.aio.UnaryUnaryMultiCallable[Any, Any] if TYPE_CHECKING else grpc.aio.UnaryUnaryMultiCallable):  # type: ignore[misc]  # generic in its stubs only
    """A stub's method of toy.Desk/Get that answers what it is told."""

    _method = b"/toy.Desk/Get"

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def __call__(self, request: Any, **_: Any) -> Any:
        if isinstance(self._answer, grpc.StatusCode):
            raise grpc.aio.AioRpcError(self._answer, grpc.aio.Metadata(), grpc.aio.Metadata())
        return self._answer


async def _call(run: Run, answer: Any) -> Any:
    world = run.source("async def use(stub):\n    return (await stub.Get(Order(id='o'), timeout=5)).total.units")
    return await world["use"](SimpleNamespace(Get=_Get(answer)))


async def test_a_call_its_request_its_status_and_its_answer() -> None:
    run = Run()
    assert await _call(run, full()) == 3
    assert {(f.kind, f.name, f.place) for f in run.facts} == {("rpc", "toy.Desk/Get", "shop/desk.py:use")}
    assert {(f.what, f.value) for f in run.facts} == {
        ("at", ""),
        ("sends", "toy.Order.id"),
        ("codes", "OK"),
        ("reads", "toy.Order.total"),
        ("reads", "toy.Money.units"),
    }


async def test_a_refused_call() -> None:
    run = Run()
    with pytest.raises(grpc.aio.AioRpcError):
        await _call(run, grpc.StatusCode.NOT_FOUND)
    assert ("codes", "NOT_FOUND") in {(f.what, f.value) for f in run.facts}
