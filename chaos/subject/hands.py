"""What consumers have in their hands, by the database and by their own metrics: the broker counts it as gone from its queue."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

from chaos.guarantees.facts import QueueRow
from chaos.subject.metrics import Readings, totals
from harness.stack.view import StackView
from harness.system.sql import rows

CONSUMERS = ("order", "payment")
"""Services that take messages off queues."""
COMMANDS = "order.place"
TAKEN, HANDLING = "consumer_batch_size_sum", "consumer_handling"
STUCK_S = 0.4
"""For how long the same batch has to be in hand before it counts as stuck."""
DECIDED = (
    "SELECT SUBSTRING_INDEX(executor, ':', 1) AS instance, COUNT(*) AS n"
    " FROM saga_steps JOIN sagas ON sagas.id = saga_steps.saga_id WHERE sagas.kind = 'place' GROUP BY instance"
)

Look: TypeAlias = Callable[[], Awaitable[int]]
"""How much is in the hands now."""


async def in_hand(stack: StackView) -> list[QueueRow]:
    """What each consumer is busy with, by queue and instance; an instance whose metrics cannot be read is missing."""
    members = [member.name for service in CONSUMERS for member in stack.instances(service)]
    async with httpx.AsyncClient(timeout=2.0) as http:
        found = await asyncio.gather(*(_handling(http, stack, member) for member in members))
    return [
        QueueRow(f"{queue}, in the hands of {member}", round(messages))
        for member, queues in zip(members, found, strict=True)
        for queue, messages in queues.items()
    ]


async def _handling(http: httpx.AsyncClient, stack: StackView, member: str) -> Readings:
    try:
        return await totals(http, f"http://{stack.address(member, 'metrics')}", HANDLING, by="queue")
    except httpx.HTTPError:
        return {}


async def decided_since(stack: StackView, instance: str) -> Look:
    """Orders that an instance decided and stored from now on. Raises pymysql.MySQLError."""

    async def decided() -> int:
        found = await asyncio.to_thread(rows, stack.mysql("order"), DECIDED)
        return next((int(str(row["n"])) for row in found if row["instance"] == instance), 0)

    before = await decided()

    async def look() -> int:
        return await decided() - before

    return look


async def busy(stack: StackView, instance: str) -> Look:
    """Commands that an instance is handling."""
    address = f"http://{stack.address(instance, 'metrics')}"

    async def look() -> int:
        return (await _hands(address))[1]

    return look


async def stuck(stack: StackView, instance: str) -> Look:
    """Commands that an instance takes off the queue from now on, and gets nowhere with. Raises httpx.HTTPError."""
    address = f"http://{stack.address(instance, 'metrics')}"
    taken_before, _ = await _hands(address)

    async def look() -> int:
        before = await _hands(address)
        await asyncio.sleep(STUCK_S)
        taken, handling = now = await _hands(address)
        return handling if now == before and taken > taken_before else 0

    return look


async def _hands(address: str) -> tuple[int, int]:
    """Commands taken so far, and how many of them are being handled. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=address, timeout=2.0) as http:
        taken, handling = [await totals(http, "", sample, by="queue") for sample in (TAKEN, HANDLING)]
    return round(taken.get(COMMANDS, 0.0)), round(handling.get(COMMANDS, 0.0))
