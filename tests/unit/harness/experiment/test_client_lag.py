"""A loop that is kept from its work is on record with how long; one that works is not."""

import asyncio
import time
from itertools import count

from harness.experiment.client_lag import NOTED_S, TICK_S, lag_recorded
from harness.history import CLIENT_STALLED, Event, Record, Recorder


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)

    @property
    def stalls(self) -> list[float]:
        return [float(str(each.detail["seconds"])) for each in self if isinstance(each, Event) and each.event == CLIENT_STALLED]


def keep_busy(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def test_a_loop_that_is_kept_from_its_work_is_recorded() -> None:
    kept = Kept()
    async with lag_recorded(Recorder(kept)):
        await asyncio.sleep(0)
        keep_busy(TICK_S + 3 * NOTED_S)
        await asyncio.sleep(2 * TICK_S)
    assert max(kept.stalls) >= 2 * NOTED_S


async def test_a_stall_at_the_very_end_is_recorded_too() -> None:
    kept = Kept()
    async with lag_recorded(Recorder(kept)):
        await asyncio.sleep(0)
        keep_busy(TICK_S + 3 * NOTED_S)
    assert max(kept.stalls) >= 2 * NOTED_S


async def test_a_tick_that_comes_in_time_is_not_noted() -> None:
    now = count(step=TICK_S)
    kept = Kept()
    async with lag_recorded(Recorder(kept), clock=lambda: next(now)):
        await asyncio.sleep(3 * TICK_S)
    assert kept.stalls == []
