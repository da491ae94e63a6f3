"""Servers say how many connections and channels they hold: one more of each is seen, and gone when it is closed."""

import asyncio

import aio_pika
import redis

from harness.stack.stack import Stack
from harness.system.connections import held
from harness.waiting import wait_until
from tests.conformance.toys import mysql_connection, redis_client

Numbers = dict[tuple[str, str], int]


def numbers(stack: Stack) -> Numbers:
    found = held(stack)
    assert {each.server: each.clients for each in found} == {"mysql": 2, "cache": 1, "locks": 2, "rabbitmq": 2}
    return {(each.server, each.what): each.number for each in found}


def more(stack: Stack, before: Numbers) -> Numbers:
    """What is held by more than before, and by how many."""
    return {name: number - before[name] for name, number in numbers(stack).items() if number != before[name]}


def test_what_clients_open_is_counted_until_they_close_it(stack: Stack) -> None:
    before = numbers(stack)
    assert {each.kind for each in held(stack)} == {"mysql", "redis", "rabbitmq"}
    with mysql_connection(stack, "back"), redis_client(stack, "locks") as client:
        client.ping()
        asyncio.run(_with_channels(stack, before))
        wait_until(
            lambda: more(stack, before) == {("mysql", "connections of back"): 1, ("locks", "connections"): 1},
            what="the broker has closed what was closed",
            timeout_s=10,
        )
    wait_until(lambda: more(stack, before) == {}, what="all is as it was", timeout_s=10)
    assert isinstance(client, redis.Redis)


async def _with_channels(stack: Stack, before: Numbers) -> None:
    async with await aio_pika.connect(stack.amqp_url) as connection:
        channels = [await connection.channel() for _ in range(3)]
        found = await asyncio.to_thread(more, stack, before)
        assert (found["rabbitmq", "connections"], found["rabbitmq", "channels"]) == (1, len(channels))
