"""One measurement in a process of its own, so that its memory is that of judging and nothing else.

    python -m harness.bench_checkers.worker make MAKER OPERATIONS SEED FOLDER
    python -m harness.bench_checkers.worker judge FOLDER

`judge` prints a Result as one JSON object.
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from harness.experiment import RunFolder, judge
from harness.registry import find, guarantees, histories
from harness.seed import Seed
from harness.verdict import Outcome

T = TypeVar("T")

BOUND_S = 600.0
STATUS = Path("/proc/self/status")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one history cost. `judged_s` and `outcomes` are by guarantee, `peak_mb` is resident memory in 10^6 bytes."""

    operations: int
    megabytes: float
    read_s: float
    judged_s: Mapping[str, float]
    outcomes: Mapping[str, Outcome]
    cpu_s: float
    peak_mb: float

    @property
    def seconds(self) -> float:
        """From the file to the last verdict."""
        return self.read_s + sum(self.judged_s.values())


RESULT = TypeAdapter(Result)


def measure(folder: RunFolder) -> Result:
    """Read a run and judge it, one guarantee after the other. Raises NotARunError, CorruptHistoryError."""
    known, facts = guarantees(), folder.record()
    read_s, history = _timed(folder.read_history)

    def verdict(name: str) -> Outcome:
        return judge(replace(facts, guarantees=(name,)), history, known, BOUND_S).verdicts[0].outcome

    judged = {name: _timed(partial(verdict, name)) for name in facts.guarantees}
    return Result(
        operations=len(history.operations),
        megabytes=folder.history.stat().st_size / 1e6,
        read_s=read_s,
        judged_s={name: seconds for name, (seconds, _) in judged.items()},
        outcomes={name: outcome for name, (_, outcome) in judged.items()},
        cpu_s=time.process_time(),
        peak_mb=_peak_bytes() / 1e6,
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _peak_bytes() -> int:
    """The most memory that was ever resident; where the system tells it, without what the parent had before."""
    if STATUS.exists():
        lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(arguments: Sequence[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case ["make", maker, operations, seed, folder]:
            find(maker, histories(), "history").make(RunFolder(Path(folder)), int(operations), Seed.parse(seed))
        case ["judge", folder]:
            sys.stdout.buffer.write(RESULT.dump_json(measure(RunFolder(Path(folder)))) + b"\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
