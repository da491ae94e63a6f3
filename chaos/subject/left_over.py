"""What servers still hold when the shop should be at rest, asked of the servers themselves: messages, and keys of locks."""

import asyncio
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from redis import Redis

from chaos.observations.rest import LockKeyRow, QueueRow
from chaos.subject.watchers.lock_attempts import PREFIX
from chaos.subject.watchers.locks import lock_masters
from harness.stack.broker_queues import queues_of
from harness.stack.namespaces.erlang import Node
from harness.stack.view import StackView

BROKER = "rabbitmq"
MASTER_TIMEOUT_S = 2.0
GONE = -2
"""What PTTL answers for a key that is not there any more."""


async def queues(stack: StackView) -> list[QueueRow]:
    """Every queue that outlives its connection, with its messages: ready, and delivered but not acknowledged.

    Raises OSError when the broker's node does not answer.
    """
    admin = stack.manifest.admin[BROKER]
    vhost = unquote(urlsplit(stack.amqp_url).path.removeprefix("/"))

    def ask() -> list[QueueRow]:
        with Node(admin.port, admin.password) as node:
            return [QueueRow(each.name, each.messages) for each in queues_of(node, vhost) if not each.exclusive]

    return await asyncio.to_thread(ask)


async def lock_keys(stack: StackView) -> list[LockKeyRow]:
    """The locks that masters hold. Raises redis.RedisError when one does not answer."""
    found = await asyncio.gather(
        *(asyncio.to_thread(_keys_of, master, stack.address(master)) for master in lock_masters(stack))
    )
    return [row for rows in found for row in rows]


def _keys_of(master: str, address: str) -> Iterable[LockKeyRow]:
    host, _, port = address.rpartition(":")
    with Redis(
        host=host,
        port=int(port),
        decode_responses=True,
        socket_timeout=MASTER_TIMEOUT_S,
        socket_connect_timeout=MASTER_TIMEOUT_S,
    ) as redis:
        keys = sorted(map(str, redis.scan_iter(f"{PREFIX}*", count=1000)))
        left = [(key, int(str(redis.pttl(key)))) for key in keys]
    return [LockKeyRow(master, key, ttl_ms) for key, ttl_ms in left if ttl_ms != GONE]
