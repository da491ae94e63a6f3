"""Slow readers and late writers: whatever order their messages arrive in, an old version never comes back.

Each story is one interleaving of a reader that missed, a change of the account, and a cache that forgets everything.
"""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from system.common.database import Transaction
from system.common.errors import Unauthenticated
from system.user.clients import Miss
from system.user.domain import Account
from system.user.versions import Versions
from tests.unit.system.user.fakes import ADA, FakeStore, Shop

NUMBERS = itertools.count()


class SlowReader(FakeStore):
    """Reads a version, and hands it over only when told to."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.rows = shop.store.rows
        self.has_read = asyncio.Event()
        self.go_on = asyncio.Event()

    async def version(self, tx: Transaction, user_id: str) -> int | None:
        seen = await super().version(tx, user_id)
        self.has_read.set()
        await self.go_on.wait()
        return seen


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.put(Account(ADA, "hash"))
    return shop


async def accepted(shop: Shop, version: int) -> bool:
    try:
        await shop.versions.require_current(ADA.id, version)
    except Unauthenticated:
        return False
    return True


async def change(shop: Shop) -> None:
    await shop.accounts.update_profile(ADA.id, f"Ada {next(NUMBERS)}", None, None, None)


def nothing(_: Shop) -> None:
    pass


def flush(shop: Shop) -> None:
    shop.cache.flush()


@pytest.mark.parametrize("before", [nothing, flush])
@pytest.mark.parametrize("after", [nothing, flush])
async def test_a_reader_overtaken_by_a_change_does_not_bring_the_old_version_back(
    shop: Shop, before: Callable[[Shop], None], after: Callable[[Shop], None]
) -> None:
    slow = SlowReader(shop)
    reading = asyncio.create_task(Versions(shop.database, slow, shop.cache).require_current(ADA.id, 1))
    await slow.has_read.wait()
    before(shop)
    await change(shop)
    after(shop)
    slow.go_on.set()
    await reading  # it began before the change was acknowledged, and may say so
    assert shop.cache.versions.get(ADA.id) in {None, 2}
    assert not await accepted(shop, 1)
    assert await accepted(shop, 2)


async def test_a_reader_whose_lease_was_given_to_another_leaves_the_cache_alone(shop: Shop) -> None:
    first = await shop.cache.look_up(ADA.id)
    assert isinstance(first, Miss)
    assert first.lease is not None
    shop.cache.flush()
    second = await shop.cache.look_up(ADA.id)
    assert isinstance(second, Miss)
    assert second.lease not in {None, first.lease}
    assert not await shop.cache.populate(ADA.id, first.lease, 1)
    assert not shop.cache.versions


async def test_a_late_announcement_does_not_bring_its_version_back_after_a_flush(shop: Shop) -> None:
    await change(shop)
    await change(shop)
    shop.cache.flush()
    await shop.cache.raise_to(ADA.id, 2)
    assert not await accepted(shop, 2)
    assert await accepted(shop, 3)


async def test_a_late_announcement_does_not_lower_a_version(shop: Shop) -> None:
    assert await accepted(shop, 1)
    await change(shop)
    await change(shop)
    await shop.cache.raise_to(ADA.id, 2)
    assert shop.cache.versions[ADA.id] == 3


async def test_changes_at_one_time_leave_the_highest_version(shop: Shop) -> None:
    assert await accepted(shop, 1)
    await asyncio.gather(*(change(shop) for _ in range(5)))
    assert shop.cache.versions[ADA.id] == 6
    assert [await accepted(shop, version) for version in range(1, 7)] == [False] * 5 + [True]
