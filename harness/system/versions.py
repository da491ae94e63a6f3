"""Which servers a run was done on: the same promise may be kept on one version and broken on the next."""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Mapping

import aio_pika
from redis.asyncio import Redis

from harness.stack.topology import Role
from harness.stack.view import StackView
from harness.system.sql import rows

TIMEOUT_S = 5


async def versions(stack: StackView) -> dict[str, str]:
    """The version of one server of each kind that can be asked, and of Python. Raises what the servers' clients raise."""
    servers = {each.kind: each.name for each in reversed(stack.instances()) if each.role is Role.SERVER}
    kinds = [kind for kind in READERS if kind in servers]
    found = await asyncio.gather(*(READERS[kind](stack, servers[kind]) for kind in kinds))
    return {**dict(zip(kinds, found, strict=True)), "python": platform.python_version()}


async def _mysql(stack: StackView, _server: str) -> str:
    schema = next(iter(stack.manifest.mysql), None)
    if schema is None:
        return "unknown: nobody has a schema on it"
    (row,) = await asyncio.to_thread(rows, stack.mysql(schema), "SELECT VERSION() AS version")
    return str(row["version"])


async def _redis(stack: StackView, server: str) -> str:
    async with Redis.from_url(stack.redis_url(server)) as redis:
        return str((await redis.info("server"))["redis_version"])


async def _rabbitmq(stack: StackView, _server: str) -> str:
    async with await aio_pika.connect(stack.amqp_url, timeout=TIMEOUT_S) as connection:
        told = connection.transport.connection.server_properties if connection.transport else {}
    return str(told.get("version", "unknown"))


READERS: Mapping[str, Callable[[StackView, str], Awaitable[str]]] = {
    "mysql": _mysql,
    "redis": _redis,
    "rabbitmq": _rabbitmq,
}
"""Who asks a server of a kind for its version, given the server's name."""
