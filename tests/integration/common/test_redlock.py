"""Redlock on the three real lock masters: exclusion between holders, expiry of the dead, order of tokens."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from harness.stack.namespaces import Namespace
from system.common.errors import Unavailable
from system.common.redlock import Redlock, RedlockSettings, masters

MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")
SETTINGS = RedlockSettings(ttl_s=1.0, node_timeout_s=0.3, retry_delay_s=0.01, wait_s=10)
IMPATIENT = RedlockSettings(ttl_s=1.0, node_timeout_s=0.3, retry_delay_s=0.01, wait_s=0.2)


class Counter:
    """A durable source of tokens stands behind the real service; here counting is enough."""

    def __init__(self) -> None:
        self.last = 0

    async def __call__(self, resources: Sequence[str], value: str) -> int:
        self.last += 1
        return self.last


@pytest.fixture
async def redis(namespace: Namespace) -> AsyncIterator[list[Redis]]:
    async with masters([namespace.redis_url(name) for name in MASTERS], SETTINGS) as clients:
        yield clients


async def test_holders_take_turns_and_later_ones_have_higher_tokens(redis: list[Redis]) -> None:
    tokens, resource = Counter(), str(uuid.uuid4())
    locks = [Redlock(redis, tokens, SETTINGS) for _ in range(4)]
    inside, overlaps, seen = 0, 0, []

    async def work(lock: Redlock) -> None:
        nonlocal inside, overlaps
        for _ in range(5):
            async with lock.hold([resource]) as grant:
                inside += 1
                overlaps += inside > 1
                seen.append(grant.token)
                await asyncio.sleep(0.001)
                inside -= 1

    await asyncio.gather(*map(work, locks))
    assert overlaps == 0
    assert seen == sorted(seen)
    assert len(seen) == 20


async def test_two_holders_of_different_resources_do_not_wait(redis: list[Redis]) -> None:
    lock = Redlock(redis, Counter(), IMPATIENT)
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    async with lock.hold([one]), lock.hold([other]) as second:
        assert second.valid


async def test_overlapping_sets_exclude_each_other_whole(redis: list[Redis]) -> None:
    a, b, c = (str(uuid.uuid4()) for _ in range(3))
    holder, other = Redlock(redis, Counter(), SETTINGS), Redlock(redis, Counter(), IMPATIENT)
    async with holder.hold([a, b]):
        with pytest.raises(Unavailable):
            async with other.hold([b, c]):
                pass
        assert [await r.exists(f"lock:{c}") for r in redis] == [0, 0, 0], "the part that was free must stay free"


async def test_a_dead_holders_lock_ends_by_itself_and_the_next_one_overtakes_it(redis: list[Redis]) -> None:
    tokens, resource = Counter(), str(uuid.uuid4())
    dead = Redlock(redis, tokens, SETTINGS)
    first = await dead._acquire((resource,))  # a holder that dies: nothing extends, nothing releases
    first.token = await tokens([resource], first.value)
    with pytest.raises(Unavailable):
        async with Redlock(redis, tokens, IMPATIENT).hold([resource]):
            pass
    async with Redlock(redis, tokens, SETTINGS).hold([resource]) as second:
        assert second.token > first.token
        assert not first.valid


async def test_a_held_lock_outlives_its_ttl(redis: list[Redis]) -> None:
    resource = str(uuid.uuid4())
    async with Redlock(redis, Counter(), SETTINGS).hold([resource]) as grant:
        first = grant.valid_until
        async with asyncio.timeout(10):
            with pytest.raises(Unavailable):
                async with Redlock(redis, Counter(), RedlockSettings(ttl_s=1, wait_s=1.6, node_timeout_s=0.3)).hold([resource]):
                    pass
        assert grant.valid
        assert grant.valid_until > first


async def test_releasing_leaves_a_later_holders_lock_alone(redis: list[Redis]) -> None:
    resource = str(uuid.uuid4())
    async with Redlock(redis, Counter(), SETTINGS).hold([resource]):
        for client in redis:
            await client.set(f"lock:{resource}", "somebody else", px=5000)
    assert [await client.get(f"lock:{resource}") for client in redis] == ["somebody else"] * 3
