"""The workload of a fuzzing run: the parts one after the other, while what is given as `beside` uses the system normally.

The time is divided by the parts' shares. A part that ends early leaves its rest to those after it.
"""

import asyncio
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.experiment import Context, Drive, Subject, Workload
from harness.fuzz.fuzzer import Fuzzer, run_part
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import OVER

S = TypeVar("S", bound=Subject)


@dataclass(frozen=True, kw_only=True)
class Campaign(Generic[S]):
    """`parts` in `seconds` altogether. The workload `beside` ends when it sees the event OVER."""

    parts: Sequence[Fuzzer[S]]
    seconds: float
    beside: Workload[S] | None = None

    async def prepare(self, subject: S, context: Context) -> Drive:
        """See Workload."""
        beside = await self.beside.prepare(subject, context) if self.beside is not None else None

        async def drive() -> None:
            async with asyncio.TaskGroup() as group:
                if beside is not None:
                    group.create_task(beside())
                try:
                    await self._fuzz(subject, context)
                finally:
                    context.recorder.event(OVER)

        return drive

    async def _fuzz(self, subject: S, context: Context) -> None:
        left_s = self.seconds
        for number, part in enumerate(self.parts):
            seconds = left_s * part.share / sum(each.share for each in self.parts[number:])
            context.note(f"{part.name}: {part.about} (up to {seconds:.0f} s)")
            fuzzing = Fuzzing(
                part.name,
                seed=context.seed.child(part.name),
                seconds=seconds,
                folder=context.folder / "fuzz" / part.name,
                recorder=context.recorder,
                note=context.note,
            )
            summary = await run_part(_traced(part, fuzzing), subject, fuzzing)
            left_s -= min(summary.seconds, seconds)
            said = f"broke off: {summary.error}" if summary.error else f"{len(fuzzing.found_so_far)} findings"
            context.note(f"{part.name}: {summary.attempts} attempts in {summary.seconds:.1f} s, {said}")


def _traced(part: Fuzzer[Any], fuzzing: Fuzzing) -> Fuzzer[Any]:
    """The part, with a traceback in its folder when it raises."""

    async def run(subject: object, at_work: Fuzzing) -> None:
        try:
            await part.run(subject, at_work)
        except Exception:
            (fuzzing.folder / "traceback.txt").write_text(traceback.format_exc())
            raise

    return Fuzzer(name=part.name, about=part.about, share=part.share, run=run)
