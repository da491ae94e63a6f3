"""The contamination check: several at once write the same-named rows, keys and messages, and each reads what it finds.

Where everybody finds exactly what it wrote itself nobody is contaminated. What holds of namespaces must not hold of the bare
stack: a check that finds no contamination there proves nothing.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import aio_pika
import pymysql
import redis

from harness.stack.manifest import MysqlAccess

SCHEMA = "back"
REDIS = ("cache", "locks")
QUEUE = "things"
KEY = "things"
ROUNDS = 20

Found = Mapping[str, Sequence[str]]
"""Who has written what is found, by the kind of place."""


class Place(Protocol):
    """A namespace, or a whole stack."""

    @property
    def amqp_url(self) -> str: ...

    def mysql(self, schema: str) -> MysqlAccess: ...

    def redis_url(self, server: str) -> str: ...


def connect(place: Place) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    access = place.mysql(SCHEMA)
    return pymysql.connect(
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password,
        database=access.schema,
        autocommit=True,
    )


def write(place: Place, who: str, rounds: int = ROUNDS) -> None:
    """Leave a name everywhere, many times over."""
    with connect(place) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS crossing (who VARCHAR(50) NOT NULL)")
        for _ in range(rounds):
            cursor.execute("INSERT INTO crossing VALUES (%s)", (who,))
    for server in REDIS:
        with redis.Redis.from_url(place.redis_url(server)) as client:
            for _ in range(rounds):
                client.rpush(KEY, who)
    asyncio.run(_publish(place.amqp_url, who, rounds))


def read(place: Place) -> Found:
    """What is found; it stays where it is."""
    found: dict[str, Sequence[str]] = {}
    with connect(place) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT who FROM crossing")
        found["rows"] = [who for (who,) in cursor.fetchall()]
    for server in REDIS:
        with redis.Redis.from_url(place.redis_url(server), decode_responses=True) as client:
            found[f"keys of {server}"] = client.lrange(KEY, 0, -1)
    found["messages"] = asyncio.run(_messages(place.amqp_url))
    return found


def clean(place: Place) -> None:
    """Take away everything that was written, for a place that others use afterwards."""
    with connect(place) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS crossing")
    for server in REDIS:
        with redis.Redis.from_url(place.redis_url(server)) as client:
            client.delete(KEY)
    asyncio.run(_delete(place.amqp_url))


def strangers(found: Found, who: str, rounds: int = ROUNDS) -> set[str]:
    """The kinds of place where something else was found than what `who` wrote."""
    return {kind for kind, names in found.items() if list(names) != [who] * rounds}


def contamination(places: Sequence[Place]) -> set[str]:
    """All write at once, then all read at once; the kinds of place where one of them found something else than its own."""
    written = threading.Barrier(len(places))

    def one(number: int) -> set[str]:
        try:
            write(places[number], f"writer {number}")
        except BaseException:
            written.abort()
            raise
        written.wait()
        return strangers(read(places[number]), f"writer {number}")

    with ThreadPoolExecutor(len(places)) as pool:
        return set().union(*pool.map(one, range(len(places))))


async def _delete(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)


async def _publish(url: str, who: str, rounds: int) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(QUEUE, durable=True)
        for _ in range(rounds):
            await channel.default_exchange.publish(aio_pika.Message(who.encode()), QUEUE)


async def _messages(url: str) -> list[str]:
    """All of the queue; they go back into it when the connection ends."""
    found = []
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        while (message := await queue.get(fail=False)) is not None:
            found.append(message.body.decode())
    return found
