"""Measures when a system serves again: from the last heal on it is used as a customer uses it, at a pace, until it works.

A workload may be over when the last fault heals, so its own operations need not show whether the system recovered. The engine
knows no system: what one use is, is the subject's (`Probed`). All that is met is recorded, and judged elsewhere.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from itertools import count
from types import TracebackType
from typing import Protocol, Self, TypeAlias, runtime_checkable

from harness.experiment.context import Context
from harness.experiment.plan import Plan
from harness.experiment.stages import Stages
from harness.history import IN_A_ROW, PROBE_READY, PROBED, Recorder

PAUSE_S, AGAIN_S = 0.05, 0.25
"""Between attempts, after one that was well and one that was not."""
MORE_S = 5.0
"""By so much the stage may exceed the time for the probe, which ends by itself."""


class NotServedError(Exception):
    """An attempt was not served as a customer is; the message says how, and where."""


Probe: TypeAlias = Callable[[int], Awaitable[None]]
"""Uses the system once, for the n-th time (from 0). Raises NotServedError, or whatever else it met.

Its operations are those of the client `harness.history.PROBE`.
"""


@runtime_checkable
class Probed(Protocol):
    """A subject that offers a probe; others are judged by their workload's operations alone."""

    def probing(self, context: Context) -> AbstractAsyncContextManager[Probe]:
        """Prepare what the probe needs, before any fault, e.g. an account; gone when the block ends."""


class Recovery:
    """The probe of one run. As a context manager it waits for the last heal, and is given up when the block ends."""

    def __init__(self, healed: asyncio.Event, recorder: Recorder, within_s: float) -> None:
        """`healed` is set when all faults are; a probe that is not served for good by `within_s` seconds later ends, too."""
        self._healed, self._recorder, self._within_s = healed, recorder, within_s
        self._probe: Probe | None = None
        self._task: asyncio.Task[None] | None = None

    async def prepare(self, plan: Plan, subject: object, context: Context, leaving: AsyncExitStack) -> None:
        """Have the subject's probe, if it offers one, ready until `leaving` is closed. Raises what the subject does.

        A run without faults has nothing to recover from.
        """
        if plan.faults and isinstance(subject, Probed):
            self._probe = await leaving.enter_async_context(subject.probing(context))
            self._recorder.event(PROBE_READY)

    async def conclude(self, stages: Stages) -> None:
        """Wait, as a stage of the run, until the system served for good or the time for it is over; if it was healed at all."""
        if (task := self._task) is not None and self._healed.is_set():
            await stages.attempt("recovery", lambda: asyncio.wait_for(task, None), self._within_s + MORE_S)

    async def __aenter__(self) -> Self:
        if self._probe is not None:
            self._task = asyncio.create_task(self._when_healed(self._probe))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _when_healed(self, probe: Probe) -> None:
        await self._healed.wait()
        await until_served(probe, self._recorder, self._within_s)


async def until_served(probe: Probe, recorder: Recorder, within_s: float) -> None:
    """Use the system until IN_A_ROW attempts in a row were served, at most for `within_s` seconds; record each attempt."""
    until_s = time.monotonic() + within_s
    row = 0
    for number in count():
        began_ns = time.monotonic_ns()
        said = await _attempt(probe, number, until_s - time.monotonic())
        recorder.event(PROBED, "", {"number": number, "well": not said, "said": said, "began_ns": began_ns})
        row = 0 if said else row + 1
        pause_s = AGAIN_S if said else PAUSE_S
        if row == IN_A_ROW or time.monotonic() + pause_s >= until_s:
            return
        await asyncio.sleep(pause_s)


async def _attempt(probe: Probe, number: int, within_s: float) -> str:
    """Why an attempt was not well; "" when it was."""
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            await probe(number)
    except NotServedError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a customer meets instead of service is what is measured
        return f"not done after {within_s:.1f} s" if limit.expired() else f"{type(error).__name__}: {error}".rstrip(": ")
    return ""
