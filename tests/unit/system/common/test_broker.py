"""How long a publisher waits for its confirm: while others are confirmed the broker is busy, and not away."""

import asyncio
from typing import Any

import pytest

from system.common import broker
from system.common.broker import Publisher
from system.common.errors import Unavailable


class Exchange:
    """Confirms each message when its turn comes."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []

    async def publish(self, *_: Any, **__: Any) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await turn


class Channel:
    def __init__(self) -> None:
        self.default_exchange = Exchange()


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr(broker, "CONFIRM_TIMEOUT_S", 2.0)
    monkeypatch.setattr(broker, "CONFIRM_LONGEST_S", 60.0)
    return Channel()


def publishing(channel: Channel, count: int) -> list[asyncio.Task[None]]:
    publisher = Publisher(channel)  # type: ignore[arg-type]  # as much of a channel as it needs
    return [asyncio.create_task(publisher.publish(b"", routing_key="q", message_id=str(n))) for n in range(count)]


async def test_a_busy_broker_is_waited_for(channel: Channel) -> None:
    tasks = publishing(channel, 8)
    await asyncio.sleep(0)
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.4)
        if channel.default_exchange.waiting:
            channel.default_exchange.waiting.pop(0).set_result(None)
    assert [task.exception() for task in tasks] == [None] * 8, (
        "the last ones had to wait three times as long as for one that is away"
    )


async def test_one_that_confirms_nothing_is_away(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "CONFIRM_TIMEOUT_S", 0.2)
    tasks = publishing(channel, 3)
    async with asyncio.timeout(30):
        await asyncio.wait(tasks)
    assert all(isinstance(task.exception(), Unavailable) for task in tasks)


async def test_no_message_is_waited_for_for_ever(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "CONFIRM_TIMEOUT_S", 60.0)
    monkeypatch.setattr(broker, "CONFIRM_LONGEST_S", 0.5)
    first, *_ = tasks = publishing(channel, 60)
    await asyncio.sleep(0)
    while not first.done():
        await asyncio.sleep(0.05)
        if not (turn := channel.default_exchange.waiting.pop()).done():
            turn.set_result(None)
    assert isinstance(first.exception(), Unavailable)
    for turn in channel.default_exchange.waiting:
        turn.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
