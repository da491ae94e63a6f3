"""Which servers a run was done on: the same promise may be kept on one version and broken on the next."""

import asyncio
import platform

import aio_pika
from redis.asyncio import Redis

from chaos.subject.databases import rows
from harness.stack.view import StackView

LOCK_MASTER = "redis-lock-1"


async def versions(stack: StackView) -> dict[str, str]:
    """Versions by kind of server, and of Python. Raises what the servers' clients raise."""
    (database,) = await asyncio.to_thread(rows, stack.mysql("order"), "SELECT VERSION() AS version")
    redis = Redis.from_url(stack.redis_url(LOCK_MASTER))
    async with redis:
        info = await redis.info("server")
    async with await aio_pika.connect(stack.amqp_url, timeout=5) as connection:
        broker = connection.transport.connection.server_properties if connection.transport else {}
    return {
        "database": str(database["version"]),
        "redis": str(info["redis_version"]),
        "rabbitmq": str(broker.get("version", "unknown")),
        "python": platform.python_version(),
    }
