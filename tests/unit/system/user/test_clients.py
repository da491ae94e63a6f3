"""The cache's client gives up in time and then leaves Redis alone for a while: a dead cache stalls nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import ResponseError

from system.user.clients import LOOK_UP, CacheDown, Hit, Miss, VersionCache
from tests.unit.system.user.fakes import ADA, settings

Script = Callable[..., Awaitable[Any]]


class FakeRedis:
    """Answers every script with `answer`, or raises it; counts the scripts that were run."""

    def __init__(self) -> None:
        self.answer: object = 0
        self.silent = False
        self.calls = 0
        self.keys: tuple[str, ...] = ()

    def register_script(self, script: str) -> Script:
        async def run(keys: tuple[str, ...], args: tuple[object, ...]) -> object:
            self.calls += 1
            self.keys = keys
            if self.silent:
                await asyncio.Event().wait()
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer if script == LOOK_UP else 1

        return run


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(redis: FakeRedis, clock: Clock) -> VersionCache:
    return VersionCache(cast(Redis, redis), settings(cache_timeout_s=0.02, cache_skip_s=0.5), clock)


async def test_what_redis_answers_is_a_hit_or_a_miss(cache: VersionCache, redis: FakeRedis) -> None:
    redis.answer = [7, 0]
    assert await cache.look_up(ADA.id) == Hit(7)
    redis.answer = [7, 1]
    assert await cache.look_up(ADA.id, "a session") == Hit(7, ended=True)
    redis.answer = [0, 0]
    assert await cache.look_up(ADA.id) == Miss(None)
    redis.answer = [0, 1]
    first, second = await cache.look_up(ADA.id), await cache.look_up(ADA.id)
    assert isinstance(first, Miss)
    assert isinstance(second, Miss)
    assert None not in {first.lease, second.lease}
    assert first.lease != second.lease
    assert redis.keys == (f"user:version:{ADA.id}", f"user:lease:{ADA.id}", f"user:ended:{ADA.id}")


@pytest.mark.parametrize("error", [RedisGone("gone"), ResponseError("WRONGTYPE"), OSError("refused")])
async def test_every_way_to_fail_is_one_error(cache: VersionCache, redis: FakeRedis, error: Exception) -> None:
    redis.answer = error
    with pytest.raises(CacheDown):
        await cache.look_up(ADA.id)


async def test_silence_is_not_waited_out(cache: VersionCache, redis: FakeRedis) -> None:
    redis.silent = True
    async with asyncio.timeout(5):
        with pytest.raises(CacheDown):
            await cache.raise_to(ADA.id, 2)


async def test_reads_leave_redis_alone_for_a_while_after_a_failure(cache: VersionCache, redis: FakeRedis, clock: Clock) -> None:
    redis.answer = RedisGone("gone")
    with pytest.raises(CacheDown):
        await cache.look_up(ADA.id)
    redis.answer = [1, 0]
    with pytest.raises(CacheDown):
        await cache.look_up(ADA.id)
    assert redis.calls == 1
    clock.now += 0.5
    assert await cache.look_up(ADA.id) == Hit(1)


async def test_writes_are_tried_whatever_happened_before(cache: VersionCache, redis: FakeRedis) -> None:
    redis.answer = RedisGone("gone")
    with pytest.raises(CacheDown):
        await cache.look_up(ADA.id)
    redis.answer = 1
    assert await cache.raise_to(ADA.id, 2)
