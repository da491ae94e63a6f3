"""A copy from the broker's trace is read as the message that was published: where to, its properties, its body."""

from dataclasses import dataclass, field
from typing import Any, cast

from aio_pika.abc import AbstractIncomingMessage

from harness.contracts.amqp.tap import Published, Tap


@dataclass
class Traced:
    """What the trace publishes, as aio-pika hands it over."""

    body: bytes
    headers: dict[str, Any] = field(default_factory=dict)


async def test_a_copy_is_the_message_that_was_published() -> None:
    properties = {"content_type": "application/json", "reply_to": "me", "delivery_mode": 2}
    headers = {"exchange_name": "events", "routing_keys": ["order.paid", "order.late"], "properties": properties, "node": "n"}
    tap = Tap()
    await tap.take(cast(AbstractIncomingMessage, Traced(b"{}", headers)))
    expected = [Published("events", key, b"{}", "", "application/json", "me") for key in ("order.paid", "order.late")]
    assert tap.messages == expected
