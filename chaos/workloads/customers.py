"""Creates the buyers of a workload: accounts, logged in, each with an address, habits and a random stream of its own."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from chaos.client import Address, RefusedError, Session, Shop, accepted
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer, Habits
from harness.experiment import Context

PASSWORD = "flash-sale-password"  # noqa: S105 - accounts of a throw-away shop
REGISTERING = 16
"""Accounts created at a time, because hashing passwords takes CPU."""


async def customers(count: int, habits: Habits, subject: RunningShop, context: Context) -> Sequence[Buyer]:
    """Create `count` buyers, logged in. Raises ExceptionGroup of RefusedError and httpx.HTTPError."""
    limit = asyncio.Semaphore(REGISTERING)
    async with asyncio.TaskGroup() as group:
        arriving = [group.create_task(_arrives(number, habits, subject, context, limit)) for number in range(count)]
    return [task.result() for task in arriving]


async def _arrives(number: int, habits: Habits, subject: RunningShop, context: Context, limit: asyncio.Semaphore) -> Buyer:
    name = f"buyer-{number:03}"
    async with limit:
        session = await _account(subject.shop, f"{name}@{context.mark}.shop.example", name)
    return Buyer(
        name=name,
        user_id=session.user.id,
        address=Address(name, f"Sale Street {number}", "Bern", "3000", "CH"),
        shop=subject.shop.as_user(session),
        provider=subject.provider,
        recorder=context.recorder,
        random=context.seed.stream(name),
        habits=habits,
    )


async def _account(shop: Shop, email: str, name: str) -> Session:
    """A new account, logged in. Raises RefusedError, httpx.HTTPError."""
    try:
        await accepted(lambda: shop.register(email, PASSWORD, name), dict)
    except RefusedError as error:
        if error.answer.status != HTTPStatus.CONFLICT:  # the address is nobody else's: an attempt of ours that was answered 503
            raise
    return await accepted(lambda: shop.login(email, PASSWORD), Session)
