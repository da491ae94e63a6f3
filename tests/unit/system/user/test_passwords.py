"""Passwords: kept as hashes, compared at the same cost for everybody, a few at a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from harness.waiting import wait_until_async
from system.common.errors import Unavailable
from system.user.passwords import Passwords
from tests.unit.system.user.fakes import settings

T = TypeVar("T")


class Threads:
    """Counts what runs at one time, and lets nothing end before `opened`."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.running = 0
        self.most = 0

    async def are_two(self) -> bool:
        return self.running == 2

    async def run(self, work: Callable[[], T]) -> T:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.opened.wait()
            return work()
        finally:
            self.running -= 1


async def test_a_password_matches_its_own_hash_only() -> None:
    passwords = Passwords(settings())
    kept = await passwords.hash("correct horse")
    assert kept.startswith("$argon2id$")
    assert "correct horse" not in kept
    assert await passwords.match("correct horse", kept)
    assert not await passwords.match("Correct horse", kept)


async def test_two_hashes_of_a_password_differ() -> None:
    passwords = Passwords(settings())
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_a_hash_that_is_none_matches_nothing() -> None:
    assert not await Passwords(settings()).match("correct horse", "not a hash")


async def test_nobody_is_compared_with_just_as_long_and_never_matches() -> None:
    compared: list[object] = []

    async def note(work: Callable[[], T]) -> T:
        compared.append(work)
        return work()

    passwords = Passwords(settings(), in_thread=note)
    assert not await passwords.match("correct horse", None)
    assert len(compared) == 1


async def test_a_hash_made_at_another_cost_is_outdated() -> None:
    kept = await Passwords(settings()).hash("correct horse")
    assert not Passwords(settings()).is_outdated(kept)
    assert Passwords(settings(argon2_time_cost=2)).is_outdated(kept)


async def test_no_more_than_the_limit_run_at_one_time() -> None:
    threads = Threads()
    passwords = Passwords(settings(argon2_at_once=2), in_thread=threads.run)
    hashing = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(5)]
    await wait_until_async(threads.are_two, what="two hashes under way", timeout_s=5, poll_s=0.001)
    threads.opened.set()
    assert len(set(await asyncio.gather(*hashing))) == 5
    assert threads.most == 2


async def test_a_caller_who_gives_up_leaves_its_place_to_nobody_before_its_thread_is_done() -> None:
    threads = Threads()
    passwords = Passwords(settings(argon2_at_once=2), in_thread=threads.run)
    hashing = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(5)]
    await wait_until_async(threads.are_two, what="two hashes under way", timeout_s=5, poll_s=0.001)
    for each in hashing[:4]:
        each.cancel()
    await asyncio.wait(hashing[2:4])
    threads.opened.set()
    await hashing[4]
    assert threads.most == 2
    assert [each.cancelled() for each in hashing] == [True] * 4 + [False]


async def test_who_finds_too_many_waiting_is_refused_at_once() -> None:
    threads = Threads()
    passwords = Passwords(settings(argon2_at_once=2, argon2_waiting=1), in_thread=threads.run)
    hashing = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(5)]
    await asyncio.wait(hashing[3:])
    assert [each.done() for each in hashing] == [False] * 3 + [True] * 2
    threads.opened.set()
    answers = await asyncio.gather(*hashing, return_exceptions=True)
    assert [isinstance(each, Unavailable) for each in answers] == [False] * 3 + [True] * 2
    assert await passwords.hash("correct horse")
