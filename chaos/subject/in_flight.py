"""Messages in flight: delivered and not acknowledged, by consumers' metrics and by the database.

The broker does not count them as ready.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

from chaos.subject.metrics import totals
from harness.stack.view import StackView
from harness.system.sql import rows

CONSUMERS = ("order", "payment")
"""Services that consume queues."""
COMMANDS = "order.place"
TAKEN, HANDLING = "consumer_batch_size_sum", "consumer_handling"
STUCK_S = 0.4
"""Seconds for which one batch has to be in flight before it counts as stuck."""
DECIDED = (
    "SELECT SUBSTRING_INDEX(executor, ':', 1) AS instance, COUNT(*) AS n"
    " FROM saga_steps JOIN sagas ON sagas.id = saga_steps.saga_id WHERE sagas.kind = 'place' GROUP BY instance"
)

Count: TypeAlias = Callable[[], Awaitable[int]]
"""How many messages are in flight now."""


async def decided_since(stack: StackView, instance: str) -> Count:
    """A counter of the orders that an instance decided and stored since this call. Raises pymysql.MySQLError."""

    async def decided() -> int:
        found = await asyncio.to_thread(rows, stack.mysql("order"), DECIDED)
        return next((int(str(row["n"])) for row in found if row["instance"] == instance), 0)

    before = await decided()

    async def count() -> int:
        return await decided() - before

    return count


async def busy(stack: StackView, instance: str) -> Count:
    """A counter of the commands that an instance is handling."""
    address = f"http://{stack.address(instance, 'metrics')}"

    async def count() -> int:
        return (await _batch(address))[1]

    return count


async def stuck(stack: StackView, instance: str) -> Count:
    """A counter of commands delivered to an instance since this call whose batch is stuck. Raises httpx.HTTPError."""
    address = f"http://{stack.address(instance, 'metrics')}"
    taken_before, _ = await _batch(address)

    async def count() -> int:
        before = await _batch(address)
        await asyncio.sleep(STUCK_S)
        taken, handling = now = await _batch(address)
        return handling if now == before and taken > taken_before else 0

    return count


async def _batch(address: str) -> tuple[int, int]:
    """Commands delivered so far, and how many of them are in flight. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=address, timeout=2.0, trust_env=False) as http:
        taken, handling = [await totals(http, "", sample, by="queue") for sample in (TAKEN, HANDLING)]
    return round(taken.get(COMMANDS, 0.0)), round(handling.get(COMMANDS, 0.0))
