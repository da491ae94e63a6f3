"""Runs the stages of a run: each is recorded and bounded, and its failure is kept.

A failed stage makes the run UNKNOWN; the runner decides whether the next one is run.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from harness.history import Recorder

ENGINE_LOG = "gauntlet.log"


def told(error: BaseException) -> str:
    """An error as text; of a group those in it, each kind and message once."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(dict.fromkeys(told(each) for each in error.exceptions))
    return f"{type(error).__name__}: {error}"


class Stages:
    """Runs stages and records how they ended; tracebacks go to `logs/gauntlet.log`."""

    def __init__(self, recorder: Recorder, logs: Path) -> None:
        self._recorder = recorder
        self._logs = logs

    async def attempt(self, stage: str, work: Callable[[], Awaitable[None]], bound_s: float) -> bool:
        """Do the work of a stage within `bound_s` seconds; False when it raised or was late. Cancelling is passed on."""
        self._recorder.begin(stage)
        limit = asyncio.timeout(bound_s)
        try:
            async with limit:
                await work()
        except asyncio.CancelledError:
            self._recorder.finish(stage, failure="interrupted")
            raise
        except Exception as error:  # noqa: BLE001 - a stage may fail in any way; it is kept as the run's error
            late = f"not done after {bound_s:g} s" if limit.expired() else ""
            self._recorder.finish(stage, failure=late or told(error))
            self._logs.mkdir(exist_ok=True)
            with (self._logs / ENGINE_LOG).open("a") as log:
                log.write(f"stage {stage}\n{traceback.format_exc()}\n")
            return False
        self._recorder.finish(stage)
        return True
