"""What a part of a fuzzing run works with: its seed, its time, and where it tells what it tried and found.

May be used from threads. All of it ends in the history (`harness.fuzz.record`).
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from harness.fuzz.finding import Finding
from harness.fuzz.record import FOUND, FOUND_ROW, PART, PART_ROW, Found, Gap, PartSummary, Tried
from harness.history import Recorder
from harness.seed import Seed

T = TypeVar("T")

ADDRESSES = "Set the variables in capital letters first: GATEWAY=http://localhost:3000 and so on, as `gauntlet up` prints them."


def as_script(finding: Finding) -> str:
    """The commands that show a finding again, as a script for bash."""
    about = " ".join(f"{finding.check} at {finding.target}: {finding.message}".split())
    return "\n".join(["#!/bin/bash", f"# {about}", f"# {ADDRESSES}", "set -u", *finding.reproduce, ""])


class Fuzzing:
    """One part at work. `seed` is its own, `seconds` its time, `folder` (made when asked for) its place for files."""

    def __init__(
        self,
        part: str,
        *,
        seed: Seed,
        seconds: float,
        folder: Path,
        recorder: Recorder,
        note: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.part = part
        self.seed = seed
        self.seconds = seconds
        self.recorder = recorder
        self._folder = folder
        self._note = note
        self._begun = time.monotonic()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._tried: Counter[tuple[str, str]] = Counter()
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._found: list[Found] = []
        self._gaps: dict[Gap, None] = {}

    @property
    def folder(self) -> Path:
        """A folder of the part's own, below the run's."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when there are none."""
        return 0.0 if self._stopped.is_set() else max(0.0, self._begun + self.seconds - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether the part has to end: its time is up, or the run was interrupted. To be asked between any two attempts."""
        return self.left_s <= 0

    @property
    def found_so_far(self) -> tuple[Found, ...]:
        """The findings until now, each once."""
        with self._lock:
            return tuple(self._found)

    def stop(self) -> None:
        """Make it over before its time."""
        self._stopped.set()

    def note(self, text: str) -> None:
        """Show progress as a line of text."""
        self._note(f"{self.part}: {text}")

    def tried(self, target: str, outcome: str, count: int = 1) -> None:
        """Count an attempt at an operation, RPC or queue, and what came of it ("201", "INVALID_ARGUMENT", "dead-lettered")."""
        with self._lock:
            self._tried[target, outcome] += count

    def gap(self, target: str, why: str) -> None:
        """Note what was not reached and ought to be: it makes the run VACUOUS."""
        with self._lock:
            self._gaps[Gap(target=target, why=why)] = None

    def known(self, finding: Finding) -> bool:
        """Whether an equal finding (`Finding.key`) was told already; counts it. To be asked before the work of repeating it."""
        with self._lock:
            self._seen[finding.key] += 1
            return self._seen[finding.key] > 1

    def found(self, finding: Finding, *, repeated: bool) -> None:
        """Tell a finding that the caller has tried a second time; `repeated` is whether it showed again.

        What did not is listed, not counted as a failure: there is nothing to act on. Only the first of equal ones is kept.
        """
        with self._lock:
            self._seen[finding.key] = max(1, self._seen[finding.key])
            if any(each.finding.key == finding.key for each in self._found):
                return
            script = f"finding-{len(self._found) + 1}.sh" if finding.reproduce else ""
            kept = Found(finding=finding, repeated=repeated, at_s=round(time.monotonic() - self._begun, 3), script=script)
            self._found.append(kept)
            if script:
                (self.folder / script).write_text(as_script(finding))
        self.recorder.event(FOUND, self.part, FOUND_ROW.dump_python(kept, mode="json"))
        self.note(f"{'FOUND' if repeated else 'once, not again'}: {finding.check} at {finding.target}: {finding.message}")

    async def repeat(self, finding: Finding, again: Callable[[], Awaitable[bool]]) -> None:
        """Tell a finding after doing it a second time: `again` does, and returns whether it showed once more."""
        if not self.known(finding):
            self.found(finding, repeated=await again())

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work in a thread; when cancelled, tell it by `over` and wait for it. Raises its errors."""
        working = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait([working])
            raise

    def end(self, error: str = "") -> PartSummary:
        """Write the summary; `error` is why the part broke off."""
        with self._lock:
            summary = PartSummary(
                part=self.part,
                seed=self.seed.value,
                given_s=round(self.seconds, 3),
                seconds=round(time.monotonic() - self._begun, 3),
                tried=tuple(
                    Tried(target=target, outcome=outcome, count=n) for (target, outcome), n in sorted(self._tried.items())
                ),
                gaps=tuple(self._gaps),
                error=error,
                sightings={f"{check} at {target}": count for (_, check, target), count in sorted(self._seen.items())},
            )
        self._stopped.set()
        self.recorder.event(PART, self.part, PART_ROW.dump_python(summary, mode="json"))
        return summary
