"""locks: what the lock masters were told.

The masters are asked directly, past every proxy, so whatever cuts the shop's
instances off leaves this sight alone. What a master was told before it could be heard is looked up once it can.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chaos.subject.watchers.lock_book import PREFIX, LockBook, Seen
from chaos.subject.watchers.monitor import monitor
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder
from harness.stack.view import StackView
from harness.system.clocks import ClockOffset, of_redis, this_machine

MASTERS = "redis-lock-"
TICK_S = 0.05


def lock_masters(stack: StackView) -> tuple[str, ...]:
    """Their names."""
    return tuple(member.name for member in stack.instances() if member.name.startswith(MASTERS))


async def locks(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """Locks come and go: events `lock_granted`, `lock_released`, `lock_expired`, `lock_overtaken`, about a resource."""
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
    """That of a master; of one that cannot be asked, this machine's."""
    host, _, port = address.rpartition(":")
    try:
        return of_redis(host, int(port))
    except (RedisError, OSError):
        return this_machine()


async def _listen(address: str, master: str, book: LockBook, recorder: Recorder, listening: asyncio.Event) -> None:
    host, _, port = address.rpartition(":")
    async for heard in monitor(host, int(port), book.clocks[master].offset_ns):
        if heard.words:
            _tell(recorder, book.heard(master, heard.words, heard.at_ns))
            continue
        book.sight(master, heard.at_ns, well=heard.well)
        if heard.well:
            with suppress(RedisError, OSError):  # it went away again, which will be heard
                await _look_up(host, int(port), master, book, recorder)
            listening.set()


async def _look_up(host: str, port: int, master: str, book: LockBook, recorder: Recorder) -> None:
    """The locks that a master holds, as if it had just been told."""
    async with Redis(host=host, port=port, decode_responses=True) as redis:
        for key in sorted(map(str, await redis.keys(f"{PREFIX}*"))):
            value, left_ms = await redis.get(key), await redis.pttl(key)
            if value is not None and left_ms > 0:
                _tell(recorder, book.heard(master, ("SET", key, str(value), "PX", str(left_ms)), time.monotonic_ns()))


def _tell(recorder: Recorder, seen: Iterable[Seen]) -> None:
    for event, resource, detail in seen:
        recorder.event(event, resource, detail)
