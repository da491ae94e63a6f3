"""Makes histories of several lengths up and has each judged by every installed guarantee."""

import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.bench_checkers.worker import RESULT, Result
from harness.own_process import module
from harness.seed import Seed

LENGTHS = (10_000, 100_000, 1_000_000)
AIM_S, AIM_MB = 60.0, 1000.0
"""For the longest of them, reading the file included."""


class BenchError(Exception):
    """A history could not be made or judged; the message has what was said about it."""


def measure(maker: str, lengths: Iterable[int], seed: Seed, note: Callable[[str], None]) -> list[Result]:
    """Figures by length. A history takes about 1 kB an operation among the temporary files meanwhile. Raises BenchError."""
    results = []
    for length in lengths:
        with tempfile.TemporaryDirectory(prefix="gauntlet-bench-") as folder:
            note(f"making {length:,} operations")
            _worker("make", maker, str(length), str(seed), folder)
            note("judging them")
            results.append(measure_run(Path(folder)))
    return results


def measure_run(folder: Path) -> Result:
    """Figures of a run that there is. Raises BenchError."""
    return RESULT.validate_json(_worker("judge", str(folder)))


def _worker(*arguments: str) -> bytes:
    command = module("harness.bench_checkers.worker", *arguments)
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise BenchError(f"{' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    return done.stdout
