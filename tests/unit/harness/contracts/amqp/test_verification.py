"""Each way in which a published message can differ from what is declared is named, and what is as declared is not."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from shop.events.v1.events_pb2 import (
    PLACE_ORDER_OUTCOME_RESERVED,
    Event,
    OrderCancelled,
    OrderPaid,
    PlaceOrder,
    PlaceOrderReply,
)
from shop.order.v1.order_pb2 import Order

from harness.contracts.amqp.broker import declared
from harness.contracts.amqp.tap import Published
from harness.contracts.amqp.topology import MessageType
from harness.contracts.amqp.verification import OBSERVED, Bodies, verify

PROTOBUF = "application/x-protobuf"
PAID = MessageType("shop.events", "order.paid", "shop.events.v1.Event", payload="order_paid")
PLACE = MessageType("", "order.place", "shop.events.v1.PlaceOrder", reply="shop.events.v1.PlaceOrderReply")
EVENT = Event(id="1", order_paid=OrderPaid(order=Order(id="2"), customer_email="a@b.example")).SerializeToString()
COMMAND = PlaceOrder(order_id="2", user_id="3").SerializeToString()
REPLY = PlaceOrderReply(order=Order(id="2"), outcome=PLACE_ORDER_OUTCOME_RESERVED).SerializeToString()
RIGHT = (
    Published("shop.events", "order.paid", EVENT, "", PROTOBUF),
    Published("", "order.place", COMMAND, "", PROTOBUF, "gateway.1"),
    Published("", "gateway.1", REPLY, "", PROTOBUF),
)


@pytest.fixture(scope="module")
def bodies() -> Bodies:
    return Bodies(Path("contracts/released/0.1.0/proto.binpb").read_bytes())


@pytest.mark.parametrize(
    ("rule", "messages"),
    [
        ("message-undeclared", (*RIGHT, Published("shop.events", "order.lost", EVENT, "", PROTOBUF))),
        (
            "message-type-differs",
            (Published("shop.events", "order.paid", EVENT, "shop.events.v1.OrderPaid", PROTOBUF), *RIGHT[1:]),
        ),
        ("message-type-differs", (Published("shop.events", "order.paid", COMMAND, "", PROTOBUF), *RIGHT[1:])),
        ("message-type-differs", (Published("shop.events", "order.paid", EVENT + b"\xf8\x3f\x01", "", PROTOBUF), *RIGHT[1:])),
        (
            "message-payload-differs",
            (
                Published(
                    "shop.events", "order.paid", Event(order_cancelled=OrderCancelled()).SerializeToString(), "", PROTOBUF
                ),
                *RIGHT[1:],
            ),
        ),
        ("message-content-type-differs", (Published("shop.events", "order.paid", EVENT, "", "application/json"), *RIGHT[1:])),
        ("message-reply-differs", (*RIGHT[:2], Published("", "gateway.1", b"\xff", "", PROTOBUF))),
        ("message-not-seen", RIGHT[1:]),
    ],
)
def test_what_differs_is_named(rule: str, messages: Sequence[Published], bodies: Bodies) -> None:
    assert [each.rule for each in verify([PAID, PLACE], messages, bodies)] == [rule]
    assert rule in OBSERVED


def test_what_is_as_declared_has_no_findings(bodies: Bodies) -> None:
    assert list(verify([PAID, PLACE], RIGHT, bodies)) == []
    assert (
        list(verify([PAID, PLACE], (Published("shop.events", "order.paid", EVENT, PAID.type, PROTOBUF), *RIGHT[1:]), bodies))
        == []
    )


def test_the_shops_declaration_names_messages_that_there_are(bodies: Bodies) -> None:
    for message in declared(Path("contracts/amqp.toml")):
        assert not bodies.fault(message.type, b"")
        assert not message.reply or not bodies.fault(message.reply, b"")
