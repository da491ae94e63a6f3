"""The scripts in Redis itself: the stories of tests/unit/system/user/test_version_races.py, told to the real server."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from system.common import database
from system.common.database import Transaction
from system.user import clients
from system.user.clients import Hit, Miss, VersionCache
from system.user.store import Store
from system.user.versions import Versions
from tests.integration.user.alone import Alone, Login

ROUNDS = 5
Step = Callable[[Alone], Awaitable[None]]


class SlowReader(Store):
    """Reads a version from MySQL, and hands it over only when told to."""

    def __init__(self) -> None:
        self.has_read = asyncio.Event()
        self.go_on = asyncio.Event()

    async def version(self, tx: Transaction, user_id: str) -> int | None:
        """See Store."""
        seen = await super().version(tx, user_id)
        self.has_read.set()
        await self.go_on.wait()
        return seen


@pytest.fixture
async def cache(alone: Alone) -> AsyncIterator[VersionCache]:
    async with clients.connect(alone.settings()) as connected:
        yield connected


@pytest.fixture
def user_id() -> str:
    return str(uuid.uuid4())


async def lease_of(cache: VersionCache, user_id: str) -> str:
    found = await cache.look_up(user_id)
    assert isinstance(found, Miss)
    assert found.lease is not None
    return found.lease


async def test_the_first_reader_who_misses_gets_the_lease(cache: VersionCache, user_id: str) -> None:
    lease = await lease_of(cache, user_id)
    assert await cache.look_up(user_id) == Miss(None)
    assert await cache.populate(user_id, lease, 3)
    assert await cache.look_up(user_id) == Hit(3)
    assert not await cache.populate(user_id, lease, 2)
    assert await cache.look_up(user_id) == Hit(3)


async def test_versions_and_leases_end(alone: Alone, cache: VersionCache, user_id: str) -> None:
    lease = await lease_of(cache, user_id)
    assert 0 < await alone.redis.pttl(f"user:lease:{user_id}") <= 5_000
    await cache.populate(user_id, lease, 1)
    assert 299_000 < await alone.redis.pttl(f"user:version:{user_id}") <= 300_000
    await alone.redis.pexpire(f"user:version:{user_id}", 1000)
    await cache.raise_to(user_id, 2)
    assert 299_000 < await alone.redis.pttl(f"user:version:{user_id}") <= 300_000


async def test_a_version_is_raised_and_never_lowered(alone: Alone, cache: VersionCache, user_id: str) -> None:
    await alone.cache(user_id, 9)
    assert await cache.raise_to(user_id, 10)
    assert await cache.raise_to(user_id, 9)
    assert await cache.look_up(user_id) == Hit(10)


async def test_a_change_takes_the_lease_away(alone: Alone, cache: VersionCache, user_id: str) -> None:
    lease = await lease_of(cache, user_id)
    assert not await cache.raise_to(user_id, 2)
    assert not await alone.redis.exists(f"user:version:{user_id}", f"user:lease:{user_id}")
    assert not await cache.populate(user_id, lease, 1)
    assert isinstance(await cache.look_up(user_id), Miss)


async def test_a_flush_takes_the_lease_away(alone: Alone, cache: VersionCache, user_id: str) -> None:
    former = await lease_of(cache, user_id)
    await alone.redis.flushall()
    assert not await cache.populate(user_id, former, 1)
    assert await lease_of(cache, user_id) != former
    assert not await cache.populate(user_id, former, 1)


async def test_scripts_that_redis_forgot_are_sent_again(alone: Alone, cache: VersionCache, user_id: str) -> None:
    await lease_of(cache, user_id)
    await alone.redis.script_flush()
    assert await cache.look_up(user_id) == Miss(None)


async def test_what_is_not_a_version_is_a_miss(alone: Alone, cache: VersionCache, user_id: str) -> None:
    await alone.redis.set(f"user:version:{user_id}", "nonsense")
    lease = await lease_of(cache, user_id)
    assert not await cache.raise_to(user_id, 2)
    assert not await cache.populate(user_id, lease, 1)
    assert await cache.populate(user_id, await lease_of(cache, user_id), 2)
    assert await cache.look_up(user_id) == Hit(2)


async def nothing(_: Alone) -> None:
    pass


async def flush(alone: Alone) -> None:
    await alone.redis.flushall()


@pytest.mark.parametrize("before", [nothing, flush])
@pytest.mark.parametrize("after", [nothing, flush])
async def test_a_reader_overtaken_by_a_change_does_not_bring_the_old_version_back(
    alone: Alone, cache: VersionCache, ada: Login, before: Step, after: Step
) -> None:
    async with database.connect(alone.settings()) as schema:
        slow = SlowReader()
        reading = asyncio.create_task(Versions(schema, slow, cache).require_current(ada.user.id, 1))
        await asyncio.wait_for(slow.has_read.wait(), 10)
        await before(alone)
        await alone.promote(ada.user)
        await after(alone)
        slow.go_on.set()
        await reading
    assert await alone.cached(ada.user.id) in {None, 2}
    assert await alone.accepts(ada.access) == [False, False]


async def test_a_late_announcement_does_not_bring_its_version_back(alone: Alone, cache: VersionCache, ada: Login) -> None:
    await alone.rename(ada.user)
    second = await alone.login(ada.user)
    await alone.rename(ada.user)
    await alone.redis.flushall()
    await cache.raise_to(ada.user.id, 2)
    assert await alone.accepts(second.access) == [False, False]


async def test_no_token_is_accepted_after_its_change_was_acknowledged_while_redis_keeps_forgetting(alone: Alone) -> None:
    """Readers on both instances, a change, and FLUSHALL all the while: what began after the answer must be refused."""
    stop = asyncio.Event()

    async def keep_flushing() -> None:
        while not stop.is_set():
            await alone.redis.flushall()
            await asyncio.sleep(0)

    async def keep_asking(token: str, instance: int, acknowledged: asyncio.Event, done: asyncio.Event) -> list[bool]:
        late: list[bool] = []
        while not done.is_set():
            began_after = acknowledged.is_set()
            seen = await alone.verified(token, instance)
            if began_after:
                late.append(seen)
        return late

    async def one_round() -> None:
        login = await alone.new_login()
        acknowledged, done = asyncio.Event(), asyncio.Event()
        asking = [asyncio.create_task(keep_asking(login.access, 1 + i % 2, acknowledged, done)) for i in range(4)]
        await alone.promote(login.user)
        acknowledged.set()
        asked_late = asyncio.gather(*(alone.verified(login.access, 1 + i % 2) for i in range(20)))
        assert not any(await asked_late)
        done.set()
        late = [seen for task in asking for seen in await task]
        assert late, "nobody asked after the change"
        assert not any(late)

    flushing = asyncio.create_task(keep_flushing())
    try:
        for _ in range(ROUNDS):
            await one_round()
    finally:
        stop.set()
        await flushing
