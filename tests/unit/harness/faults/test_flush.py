"""A flush counts by the keys that were there and went, and it ends when it is healed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any, Self, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from harness.experiment import AssumptionError
from harness.faults.flush import Flush
from harness.stack.errors import NoSuchMember
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import spec


@dataclass
class FakeRedis:
    """Answers what a flush asks, in one transaction. `down` says nothing at all."""

    keys: int = 3
    flushes: int = 0
    down: bool = False
    asked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.asked.clear()

    def pipeline(self, *, transaction: bool) -> Self:
        assert transaction
        return self

    def execute_command(self, command: str) -> None:
        self.asked.append(command)

    async def execute(self) -> list[Any]:
        if self.down:
            raise RedisConnectionError("gone")
        self.waiting = not self.gate.is_set()
        with suppress(asyncio.CancelledError):  # as redis-py may do
            await self.gate.wait()
        answers: list[Any] = []
        for command in self.asked:
            if command == "FLUSHALL":
                self.keys, self.flushes = 0, self.flushes + 1
            answers.append(self.keys if command == "DBSIZE" else True)
        return answers


def url(name: str) -> str:
    if name != "redis-cache":
        raise NoSuchMember(f"this stack has no member {name}")
    return "redis://127.0.0.1:1/0"


def instance(name: str) -> SimpleNamespace:
    url(name)
    return SimpleNamespace(pid=7, alive=True)


SUBJECT: Any = SimpleNamespace(stack=SimpleNamespace(redis_url=url, instance=instance))


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


@pytest.fixture
def flush(redis: FakeRedis) -> Flush:
    return Flush(spec("flush", "redis-cache"), connect=cast("Callable[[str], Redis]", lambda _url: redis))


async def test_keys_that_went_are_the_proof(flush: Flush, redis: FakeRedis) -> None:
    await flush.inject(SUBJECT)
    proof = await flush.prove(SUBJECT)
    assert (proof.effective, proof.detail) == (True, "3 keys lost in 1 flushes")
    assert redis.keys == 0
    await flush.heal(SUBJECT)


async def test_an_empty_redis_has_nothing_to_lose(flush: Flush, redis: FakeRedis) -> None:
    redis.keys = 0
    await flush.inject(SUBJECT)
    assert not (await flush.prove(SUBJECT)).effective
    await flush.heal(SUBJECT)


async def test_it_is_emptied_again_and_again_until_it_is_healed(flush: Flush, redis: FakeRedis) -> None:
    await flush.inject(SUBJECT)
    redis.keys = 5

    async def again() -> bool:
        return redis.flushes >= 3

    await wait_until_async(again, what="two more flushes", timeout_s=10)
    assert (await flush.heal(SUBJECT)).startswith("8 keys lost in ")
    after = redis.flushes
    await asyncio.sleep(0)
    assert redis.flushes == after


async def test_a_library_that_swallows_cancellations_does_not_keep_it_from_healing(flush: Flush, redis: FakeRedis) -> None:
    await flush.inject(SUBJECT)
    redis.gate.clear()

    async def waits() -> bool:
        return redis.waiting

    await wait_until_async(waits, what="a flush that is not answered", timeout_s=10)
    healing = asyncio.create_task(flush.heal(SUBJECT))
    await asyncio.sleep(0)
    redis.gate.set()
    assert (await asyncio.wait_for(healing, 10)).startswith("3 keys lost in ")


async def test_a_redis_that_is_away_for_a_while_is_met_again(flush: Flush, redis: FakeRedis) -> None:
    await flush.inject(SUBJECT)
    redis.down = True
    await asyncio.sleep(0)
    redis.down, redis.keys = False, 2

    async def met() -> bool:
        return redis.keys == 0

    await wait_until_async(met, what="the next flush", timeout_s=10)
    await flush.heal(SUBJECT)


async def test_one_that_is_away_from_the_beginning_was_not_flushed(flush: Flush, redis: FakeRedis) -> None:
    redis.down = True
    with pytest.raises(RedisConnectionError):
        await flush.inject(SUBJECT)
    assert await flush.heal(SUBJECT) == "0 keys lost in 0 flushes"


async def test_it_takes_a_redis_that_there_is(flush: Flush) -> None:
    await flush.assume(SUBJECT)
    with pytest.raises(AssumptionError, match="no member redis-9"):
        await Flush(spec("flush", "redis-9")).assume(SUBJECT)
