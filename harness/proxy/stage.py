"""One toxic at work on one stream of one connection.

A stage holds bytes until its toxic lets them through, so nothing is lost when the toxic is changed or removed half-way:
whatever it holds goes on at once, in order. Bytes leave a stage by being passed on or by being dropped, and both are counted.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed
from typing import Protocol

from harness.proxy.effects import Flow, ToxicEffect
from harness.proxy.toxic import Pipe, PlacedToxic

_log = logging.getLogger(__name__)
_PIECE_COST = 320  # bytes of memory that a queued piece takes beside its data
_TICK_S = 0.001  # event loops tell time in milliseconds


class Outlet(Protocol):
    """Where bytes go next: another stage or a socket."""

    def receive(self, data: bytes) -> None:
        """Take bytes; never refuses, never waits."""

    def end(self) -> None:
        """Nothing comes after this."""


@dataclass(frozen=True)
class Surroundings:
    """What a stage needs of its stream."""

    flow: Flow
    flow_changed: Callable[[], None]  # it holds too much now, or no longer
    reset: Callable[[], None]  # break the connection
    now: Callable[[], float]  # seconds; finer than the clock of an event loop


class Stage(Pipe, Outlet):
    """The queue between what came in and what the toxic has let through. `placed` says which toxic that is."""

    def __init__(
        self, placed: PlacedToxic, outlet: Outlet, random: Random, effect: ToxicEffect, surroundings: Surroundings
    ) -> None:
        self.placed = placed
        self.outlet = outlet
        self.random = random
        self.passed = 0
        self.held = 0
        self.full = False
        self._effect = effect
        self._around = surroundings
        self._queue: deque[tuple[float, memoryview]] = deque()
        self._ended = False  # the source has
        self._over = False  # the outlet knows that nothing comes any more
        self._waiter: asyncio.Future[None] | None = None
        effect.connections += 1
        self._task = asyncio.get_running_loop().create_task(self._run(placed))

    # Pipe

    async def arrival(self, patience_s: float | None = None) -> int | None:
        """See Pipe."""
        async with asyncio.timeout(patience_s and patience_s + _TICK_S):
            while not self._queue:
                if self._ended:
                    return None
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter
        return len(self._queue[0][1])

    def now(self) -> float:
        """See Pipe."""
        return self._around.now()

    @property
    def arrived(self) -> float:
        """See Pipe."""
        return self._queue[0][0]

    def forward(self, size: int | None = None) -> None:
        """See Pipe."""
        data = self._take(size)
        self.passed += len(data)
        self.outlet.receive(bytes(data))

    def drop(self, size: int | None = None) -> None:
        """See Pipe."""
        self._around.flow.dropped += len(self._take(size))

    def reset(self) -> None:
        """See Pipe."""
        self._around.reset()

    async def sleep(self, seconds: float) -> None:
        """See Pipe."""
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, moment: float) -> None:
        """See Pipe."""
        left = moment - self.now()
        shortest = _TICK_S if left >= _TICK_S else 0
        await asyncio.sleep(max(left, 0))
        while (left := moment - self.now()) > 0:  # noqa: ASYNC110 - there is no event to wait for but the time
            await asyncio.sleep(max(left, shortest))

    # What its stream does.

    def receive(self, data: bytes) -> None:
        """See Outlet; after the toxic has ended the stream everything is dropped."""
        if self._over:
            self._around.flow.dropped += len(data)
            return
        self._effect.bytes += len(data)
        self._queue.append((self.now(), memoryview(data)))
        self._hold(len(data))
        self._wake()

    def end(self) -> None:
        """See Outlet."""
        if not self._ended:
            self._ended = True
            self._effect.ends += 1
            self._wake()

    def update(self, placed: PlacedToxic) -> None:
        """Pass on held bytes, unless the toxic keeps them through updates, and continue with other attributes."""
        self.placed = placed
        if not self._over and placed.toxic.update_releases:
            self._task.cancel()
            self._flush()
            self._task = asyncio.get_running_loop().create_task(self._run(placed))

    def remove(self) -> None:
        """Pass on held bytes and stop."""
        if not self._over:
            self._task.cancel()
            if self.placed.toxic.removal_closes:
                self._finish()
                return
            self._flush()
            self._over = True
            if self._ended:
                self.outlet.end()

    def discard(self) -> None:
        """Stop and drop held bytes: their receiver has closed."""
        self._task.cancel()
        self._over = True
        self._drop_all()

    async def _run(self, placed: PlacedToxic) -> None:
        try:
            await placed.toxic.act(self)
        except Exception:  # noqa: BLE001 - whatever a toxic's code may raise
            _log.exception("toxic %s failed; it ends the stream", placed.name)
        if not self._over:
            self._finish()

    def _finish(self) -> None:
        self._over = True
        self._effect.closed += not self._ended or bool(self._queue)
        self._drop_all()
        self.outlet.end()

    def _flush(self) -> None:
        self._effect.released += self.held
        while self._queue:
            self.forward()

    def _drop_all(self) -> None:
        while self._queue:
            self.drop()

    def _take(self, size: int | None) -> memoryview:
        arrived, data = self._queue.popleft()
        if size is not None and size < len(data):
            self._queue.appendleft((arrived, data[size:]))
            data = data[:size]
        self._hold(-len(data))
        return data

    def _hold(self, more: int) -> None:
        self.held += more
        if (self.held + _PIECE_COST * len(self._queue) >= self.placed.toxic.capacity) is not self.full:
            self.full = not self.full
            self._around.flow_changed()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
