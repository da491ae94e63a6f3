"""Several processes write parts of one history: each a file of its own in the run's folder, merged by time when read.

`history.jsonl` is the experiment engine's; other processes write `history.<number>.jsonl`. A number is claimed by creating the
file exclusively, without a coordinator, and a part's ids begin at number * 2^40, so they are unique in the run. A process that
is killed leaves a valid part: operations it had under way are unknown, an incomplete last line is reported.

Times are those of CLOCK_MONOTONIC, which all processes of one machine share, so parts need no alignment. The first record of a
part names the boot it was written under; parts of different boots, hence clocks, are refused. Triggers get only their own
process's records.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from harness.history.recorder import Recorder
from harness.history.writer import INVOKES, Flush, Writer

IDS = 1 << 40
"""Ids of a part. 2^13 parts fit into the integers that JSON readers everywhere keep exact."""

BEGUN = "history_part"
"""The event that is the first record of a part; its subject is the part's number."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@contextmanager
def part(
    folder: Path, flush: Flush = INVOKES, *, signals: tuple[int, ...] = (), clock: Callable[[], int] = time.monotonic_ns
) -> Iterator[Recorder]:
    """A recorder of a new part of the run in `folder`; `signals` flush it, too. Raises OSError."""
    number, writer = _claimed(folder, flush)
    with writer:
        writer.flush_on(*signals)
        recorder = Recorder(writer, clock, first_id=number * IDS + 1)
        recorder.event(BEGUN, str(number), {"pid": os.getpid(), "boot": boot()})
        writer.flush()
        yield recorder


def _claimed(folder: Path, flush: Flush) -> tuple[int, Writer]:
    for number in count(1):
        try:
            return number, Writer(folder / f"history.{number}.jsonl", flush)
        except FileExistsError:
            continue
    raise AssertionError  # count never ends


def parts_of(folder: Path) -> tuple[Path, ...]:
    """The files of all parts, the engine's first."""
    named = {path.name.split(".")[1]: path for path in folder.glob("history.*.jsonl")}
    numbers = sorted((name for name in named if name.isdigit()), key=int)
    return (folder / "history.jsonl", *(named[number] for number in numbers))


def boot() -> str:
    """The id of the machine's boot, under which all processes share CLOCK_MONOTONIC; "" where there is none."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""
