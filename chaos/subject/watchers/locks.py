"""locks: the commands that the lock masters executed.

The masters are asked directly, past every proxy, so faults on
edges do not affect this. Locks set before a master was observed are read when its connection is there.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chaos.subject.watchers.lock_attempts import PREFIX
from chaos.subject.watchers.lock_book import LockBook, Seen
from chaos.subject.watchers.monitor import monitor
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder
from harness.stack.view import StackView
from harness.system.clocks import ClockOffset, of_redis, this_machine

MASTERS = "redis-lock-"
TICK_S = 0.05


def lock_masters(stack: StackView) -> tuple[str, ...]:
    """Names of the lock masters."""
    return tuple(member.name for member in stack.instances() if member.name.startswith(MASTERS))


async def locks(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """Locks are granted and end: events `lock_granted`, `lock_released`, `lock_expired`, `lock_overtaken`, about a resource."""
    book, masters = subject.lock_book, lock_masters(subject.stack)
    clocks = await asyncio.gather(*(asyncio.to_thread(_clock, subject.stack.address(master)) for master in masters))
    book.open(masters, time.monotonic_ns(), dict(zip(masters, clocks, strict=True)))
    listening = [asyncio.Event() for _ in masters]
    async with asyncio.TaskGroup() as group:
        for master, at in zip(masters, listening, strict=True):
            group.create_task(_listen(subject.stack.address(master), master, book, recorder, at))
        await asyncio.gather(*(at.wait() for at in listening))
        ready.set()
        while True:
            await asyncio.sleep(TICK_S)
            _tell(recorder, book.tick(time.monotonic_ns()))


def _clock(address: str) -> ClockOffset:
    """The clock offset of a master; for one that cannot be reached, this machine's."""
    host, _, port = address.rpartition(":")
    try:
        return of_redis(host, int(port))
    except (RedisError, OSError):
        return this_machine()


async def _listen(address: str, master: str, book: LockBook, recorder: Recorder, listening: asyncio.Event) -> None:
    host, _, port = address.rpartition(":")
    async for command in monitor(host, int(port), book.clocks[master].offset_ns):
        if command.words:
            _tell(recorder, book.executed(master, command.words, command.at_ns, scripted=command.scripted))
            continue
        book.set_observed(master, command.at_ns, well=command.well)
        if command.well:
            with suppress(RedisError, OSError):  # the connection broke again, which `monitor` reports
                await _look_up(host, int(port), master, book, recorder)
            listening.set()


async def _look_up(host: str, port: int, master: str, book: LockBook, recorder: Recorder) -> None:
    """Enter the locks that a master holds as if they were set now."""
    found: dict[str, tuple[str, int]] = {}
    async with Redis(host=host, port=port, decode_responses=True) as redis:
        for key in sorted(map(str, await redis.keys(f"{PREFIX}*"))):
            value, left_ms = await redis.get(key), await redis.pttl(key)
            if value is not None and left_ms > 0:
                found[key] = str(value), time.monotonic_ns() + left_ms * 1_000_000
    _tell(recorder, book.read(master, found, time.monotonic_ns()))


def _tell(recorder: Recorder, seen: Iterable[Seen]) -> None:
    for event, resource, detail in seen:
        recorder.event(event, resource, detail)
