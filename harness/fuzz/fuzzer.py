"""A part of `gauntlet fuzz`, as it is declared: its name, its share of the time, and the function that does it.

    across_users = Fuzzer(name="across_users", about="...", share=3, run=run)

    async def run(subject: RunningShop, fuzzing: Fuzzing) -> None: ...

`run` ends soon after `fuzzing.over`, and repeats each finding once before it tells it. Its requests follow from `fuzzing.seed`
alone: the time cuts their sequence off, and changes nothing in it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import PartSummary

S = TypeVar("S")

GRACE_S = 30.0
"""Seconds after its time by which a part has ended, or is cancelled."""


@dataclass(frozen=True, kw_only=True)
class Fuzzer(Generic[S]):
    """A part. `share` is its weight when time is divided; a part that needs no more time leaves it to those after it."""

    name: str
    about: str
    share: float
    run: Callable[[S, Fuzzing], Awaitable[None]]


async def run_part(fuzzer: Fuzzer[Any], subject: object, fuzzing: Fuzzing, grace_s: float = GRACE_S) -> PartSummary:
    """Run a part to its end; what it raises is kept in its summary. Raises CancelledError, after the summary was written."""
    limit = asyncio.timeout(fuzzing.seconds + grace_s)
    try:
        async with limit:
            await fuzzer.run(subject, fuzzing)
    except asyncio.CancelledError:
        fuzzing.end("interrupted")
        raise
    except Exception as error:  # noqa: BLE001 - a part may fail in any way; the others are run all the same
        late = f"it had not ended {grace_s:g} s after its time" if limit.expired() else ""
        return fuzzing.end(late or f"{type(error).__name__}: {error}")
    return fuzzing.end()
