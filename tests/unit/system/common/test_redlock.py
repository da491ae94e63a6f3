"""Redlock against masters that are plain dictionaries: the algorithm's branches, without sockets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from system.common.errors import Unavailable
from system.common.redlock import ACQUIRE, EXTEND, RELEASE, Redlock, RedlockSettings

FAST = RedlockSettings(ttl_s=0.3, node_timeout_s=0.02, retry_delay_s=0.005, wait_s=0.1)


@dataclass
class Master:
    """Answers the three scripts as Redis would, without expiry; `extended` is set by every extension."""

    held: dict[str, str] = field(default_factory=dict)
    down: bool = False
    hangs: bool = False
    extended: asyncio.Event = field(default_factory=asyncio.Event)

    def register_script(self, script: str) -> Callable[..., Awaitable[int]]:
        async def run(keys: Sequence[str], args: Sequence[Any]) -> int:
            if self.hangs:
                await asyncio.Event().wait()
            if self.down:
                raise RedisConnectionError("down")
            return {ACQUIRE: self.acquire, EXTEND: self.extend, RELEASE: self.release}[script](keys, args[0])

        return run

    def acquire(self, keys: Sequence[str], value: str) -> int:
        if any(self.held.get(key, value) != value for key in keys):
            return 0
        self.held.update(dict.fromkeys(keys, value))
        return 1

    def extend(self, keys: Sequence[str], value: str) -> int:
        self.extended.set()
        return int(all(self.held.get(key) == value for key in keys))

    def release(self, keys: Sequence[str], value: str) -> int:
        mine = [key for key in keys if self.held.get(key) == value]
        for key in mine:
            del self.held[key]
        return len(mine)


class Tokens:
    """Counts up."""

    def __init__(self) -> None:
        self.last = 0

    async def __call__(self, resources: Sequence[str], value: str) -> int:
        self.last += 1
        return self.last


def lock_over(masters: list[Master], settings: RedlockSettings = FAST) -> tuple[Redlock, Tokens]:
    tokens = Tokens()
    return Redlock(cast(list[Redis], masters), tokens, settings), tokens


async def test_a_grant_holds_all_resources_and_frees_them() -> None:
    masters = [Master(), Master(), Master()]
    lock, _ = lock_over(masters)
    async with lock.hold(["b", "a", "a"]) as grant:
        assert grant.resources == ("a", "b")
        assert grant.valid
        assert all(set(m.held) == {"lock:a", "lock:b"} for m in masters)
    assert all(not m.held for m in masters)


async def test_tokens_strictly_increase() -> None:
    lock, _ = lock_over([Master(), Master(), Master()])
    async with lock.hold(["a"]) as first:
        pass
    async with lock.hold(["a"]) as second:
        assert second.token > first.token


@pytest.mark.parametrize("fault", ["down", "hangs"])
async def test_one_master_may_fail(fault: str) -> None:
    masters = [Master(), Master(), Master()]
    setattr(masters[1], fault, True)
    lock, _ = lock_over(masters)
    async with lock.hold(["a"]) as grant:
        assert grant.valid


async def test_without_a_quorum_there_is_no_lock_and_nothing_stays_behind() -> None:
    masters = [Master(), Master(down=True), Master(down=True)]
    lock, tokens = lock_over(masters)
    with pytest.raises(Unavailable) as refused:
        async with lock.hold(["a"]):
            pass
    assert refused.value.code == "LOCK_UNAVAILABLE"
    assert not masters[0].held
    assert tokens.last == 0, "a token must only be drawn by whoever won the lock"


async def test_all_or_none_a_held_resource_blocks_the_others() -> None:
    masters = [Master({"lock:b": "somebody"}) for _ in range(3)]
    lock, _ = lock_over(masters)
    with pytest.raises(Unavailable):
        async with lock.hold(["a", "b"]):
            pass
    assert all(m.held == {"lock:b": "somebody"} for m in masters)


async def test_a_waiter_gets_the_lock_once_it_is_free() -> None:
    masters = [Master(), Master(), Master()]
    lock, _ = lock_over(masters, RedlockSettings(ttl_s=1, node_timeout_s=0.05, retry_delay_s=0.005, wait_s=2))
    order: list[str] = []
    entered = asyncio.Event()

    async def holder() -> None:
        async with lock.hold(["a"]):
            entered.set()
            await asyncio.sleep(0)
            order.append("holder")

    async def waiter() -> None:
        await entered.wait()
        async with lock.hold(["a"]):
            order.append("waiter")

    await asyncio.gather(holder(), waiter())
    assert order == ["holder", "waiter"]


async def test_a_lock_that_took_longer_than_its_ttl_is_not_valid() -> None:
    lock, _ = lock_over([Master(), Master(), Master()], RedlockSettings(ttl_s=0.0, wait_s=0.02, retry_delay_s=0.005))
    with pytest.raises(Unavailable):
        async with lock.hold(["a"]):
            pass


async def test_a_failed_draw_of_the_token_frees_the_lock() -> None:
    masters = [Master(), Master(), Master()]

    async def no_token(resources: Sequence[str], value: str) -> int:
        raise Unavailable("the database is away")

    lock = Redlock(cast(list[Redis], masters), no_token, FAST)
    with pytest.raises(Unavailable):
        async with lock.hold(["a"]):
            pass
    assert all(not m.held for m in masters)


async def test_a_slow_draw_of_the_token_does_not_cost_the_lock() -> None:
    masters = [Master(), Master(), Master()]

    async def slow(resources: Sequence[str], value: str) -> int:
        await masters[0].extended.wait()
        return 1

    async with asyncio.timeout(5), Redlock(cast(list[Redis], masters), slow, FAST).hold(["a"]) as grant:
        assert grant.token == 1


async def test_the_value_names_the_holder_and_each_attempt_has_another() -> None:
    masters, seen = [Master(), Master(), Master()], []

    def acquire(keys: Sequence[str], value: str) -> int:
        seen.append(value)
        return 0

    masters[0].acquire = acquire  # type: ignore[method-assign]  # a master that says no and remembers to whom
    masters[1].down = True
    lock = Redlock(cast(list[Redis], masters), Tokens(), FAST, holder="order-1")
    with pytest.raises(Unavailable):
        async with lock.hold(["a"]):
            pass
    assert {value.partition(":")[0] for value in seen} == {"order-1"}
    assert len(set(seen)) == len(seen) > 1


async def test_a_release_says_nothing_of_a_ttl() -> None:
    masters, released = [Master(), Master(), Master()], []

    def register(script: str) -> Callable[..., Awaitable[int]]:
        run = Master.register_script(masters[0], script)

        async def spy(keys: Sequence[str], args: Sequence[Any]) -> int:
            if script == RELEASE:
                released.append(list(args))
            return await run(keys=keys, args=args)

        return spy

    masters[0].register_script = register  # type: ignore[method-assign]  # a master that remembers what it was told
    lock, _ = lock_over(masters)
    async with lock.hold(["a"]) as grant:
        pass
    assert released == [[grant.value]], "whoever watches the masters tells a release from an extension by it"


async def test_a_holder_learns_that_it_lost_the_lock() -> None:
    masters = [Master(), Master(), Master()]
    lock, _ = lock_over(masters)
    async with lock.hold(["a"]) as grant:
        for master in masters:
            master.held["lock:a"] = "a thief"
        await asyncio.wait_for(grant.lost.wait(), 5)
        assert not grant.valid
    assert all(m.held == {"lock:a": "a thief"} for m in masters), "releasing must not free another's lock"


async def test_extension_moves_the_end_of_validity() -> None:
    masters = [Master(), Master(), Master()]
    lock, _ = lock_over(masters)
    async with lock.hold(["a"]) as grant:
        first = grant.valid_until
        for _ in range(2):  # the first extension is written down before the second one begins
            masters[2].extended.clear()
            await asyncio.wait_for(masters[2].extended.wait(), 5)
        assert grant.valid_until > first
