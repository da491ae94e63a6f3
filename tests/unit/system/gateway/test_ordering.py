import asyncio
import time

import pytest
from shop.events.v1 import events_pb2

from system.common import deadlines
from system.common.errors import Unavailable
from tests.unit.system.gateway.fakes import Broker, fake_shop, linked, reserved

COMMAND = events_pb2.PlaceOrder(order_id="o")


async def test_a_reply_nobody_waits_for_is_dropped() -> None:
    desk = fake_shop().desk
    desk.answered("stranger", b"")
    desk.answered(None, b"")


async def test_a_second_reply_changes_nothing() -> None:
    shop = fake_shop()

    class Twice(Broker):
        async def publish(self, body: bytes, *, routing_key: str, message_id: str, reply_to: str | None = None) -> None:
            first = events_pb2.PlaceOrderReply(outcome=events_pb2.PLACE_ORDER_OUTCOME_RESERVED)
            second = events_pb2.PlaceOrderReply(outcome=events_pb2.PLACE_ORDER_OUTCOME_REJECTED)
            for reply in (first, second):
                self.desk.answered(message_id, reply.SerializeToString())

    shop.broker = Twice(shop.desk)
    with linked(shop):
        reply = await shop.desk.place(COMMAND, 1)
    assert reply is not None
    assert reply.outcome == events_pb2.PLACE_ORDER_OUTCOME_RESERVED


async def test_a_reply_that_cannot_be_read_is_as_good_as_none() -> None:
    shop = fake_shop()

    class Garbled(Broker):
        async def publish(self, body: bytes, *, routing_key: str, message_id: str, reply_to: str | None = None) -> None:
            self.desk.answered(message_id, b"\xff\xff\xff")

    shop.broker = Garbled(shop.desk)
    with linked(shop):
        assert await shop.desk.place(COMMAND, 0.01) is None


async def test_a_slow_confirm_takes_from_the_time_for_the_reply() -> None:
    shop = fake_shop()

    class Slow(Broker):
        async def publish(self, body: bytes, *, routing_key: str, message_id: str, reply_to: str | None = None) -> None:
            await asyncio.sleep(0.55)
            reply = events_pb2.PlaceOrderReply().SerializeToString()
            asyncio.get_running_loop().call_later(0.45, self.desk.answered, message_id, reply)

    shop.broker = Slow(shop.desk)
    with linked(shop):
        assert await shop.desk.place(COMMAND, 0.5) is None, "the time was over with the confirm"


async def test_a_request_that_ends_sooner_waits_no_longer() -> None:
    shop = fake_shop()
    shop.broker.reply = lambda _: None
    began = time.monotonic()
    with linked(shop), deadlines.within(0.05):
        assert await shop.desk.place(COMMAND, 30) is None
    assert time.monotonic() - began < 1


async def test_connected_only_while_there_is_a_link() -> None:
    shop = fake_shop()
    assert not await shop.desk.connected()
    with linked(shop):
        assert await shop.desk.connected()
        shop.broker.alive = False
        assert not await shop.desk.connected()
    assert not await shop.desk.connected()
    with pytest.raises(Unavailable):
        await shop.desk.place(COMMAND, 1)


async def test_whoever_gives_up_leaves_nothing_behind() -> None:
    shop = fake_shop()
    shop.broker.reply = reserved
    shop.broker.hold = 2
    with linked(shop):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(shop.desk.place(COMMAND, 30), 0.02)
        assert shop.desk.waiting == 0
        assert await shop.desk.place(COMMAND, 30) is not None
        assert shop.desk.waiting == 0
