"""Whatever comes by arrives exactly as often as it should, as it was, and a copy is not copied again."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import pytest

from chaos.faults.redelivery import COMMANDS, EVENTS, Copier


@dataclass
class Arrived:
    """A message as a consumer gets it."""

    body: bytes
    headers: dict[str, Any]
    message_id: str | None = "m"
    correlation_id: str | None = "c"
    reply_to: str | None = "gateway.replies"
    content_type: str | None = "application/x-protobuf"
    routing_key: str | None = "order.place"
    acked: int = 0

    async def ack(self) -> None:
        self.acked += 1


@dataclass
class Pipe:
    """Everything published, in order."""

    messages: deque[tuple[aio_pika.Message, str]] = field(default_factory=deque)

    async def publish(self, message: aio_pika.Message, routing_key: str, *, mandatory: bool = True) -> None:
        self.messages.append((message, routing_key))


def back(message: aio_pika.Message) -> Any:
    return Arrived(message.body, dict(message.headers), message.message_id, message.correlation_id, message.reply_to)


@pytest.mark.parametrize("times", [2, 3])
async def test_a_command_is_put_back_so_often_and_a_copy_once(times: int) -> None:
    copier, pipe, first = Copier(times), Pipe(), Arrived(b"order", {"traceparent": "t"})
    await copier.command(first, pipe)  # type: ignore[arg-type]  # a fake
    assert (len(pipe.messages), first.acked, copier.published[COMMANDS]) == (times, 1, times - 1)
    copy, _ = pipe.messages.popleft()
    again = back(copy)
    await copier.command(again, pipe)
    assert (len(pipe.messages), again.acked, copier.published[COMMANDS]) == (times, 1, times - 1)


async def test_an_event_that_others_have_too_is_published_once_less() -> None:
    copier, pipe, first = Copier(3), Pipe(), Arrived(b"paid", {})
    await copier.event(first, pipe)  # type: ignore[arg-type]  # a fake
    assert (len(pipe.messages), first.acked, copier.published[EVENTS]) == (2, 1, 2)
    again = back(pipe.messages.popleft()[0])
    await copier.event(again, pipe)
    assert (len(pipe.messages), again.acked, copier.published[EVENTS]) == (1, 1, 2)


async def test_nothing_but_the_mark_tells_a_copy_from_the_first() -> None:
    copier, pipe = Copier(2), Pipe()
    await copier.command(Arrived(b"order", {"traceparent": "t"}), pipe)  # type: ignore[arg-type]  # a fake
    copy, key = pipe.messages[0]
    assert (copy.body, copy.message_id, copy.correlation_id, copy.reply_to, copy.content_type, key) == (
        b"order",
        "m",
        "c",
        "gateway.replies",
        "application/x-protobuf",
        "order.place",
    )
    assert copy.headers["traceparent"] == "t"
    assert copy.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
