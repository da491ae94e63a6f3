"""Run the test suites: `python -m ci.test [--app order] [--part unit …] [--workers 2] [--nightly] [-- pytest arguments]`.

unit       needs no server; on all processors
shared     integration and contract tests: all workers use one stack of the shop. What its services use of each other is
           recorded and must be declared (contracts/consumers); in a whole and green run also what is not used is reported
fuzz       every fuzzer briefly, with a fixed seed, on one stack of the shop
apart      whoever starts servers of their own (conformance, chaos), on several workers; tests that share an expensive fixture
           are a group that stays on one worker, and all that run a shop are two groups: their experiments need the processor

Every part is run, also after failures. Tests marked `nightly` are left out, and counted, without --nightly. At
the end: per part its result, its time and pytest's last line. The exit code is that of the first part that failed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from ci import consumers

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5
"""Pytest's exit code for no tests collected."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Part:
    """Suites of one pytest run, and their distribution to workers; `workers` overrides the command line, `extra` adds to it.

    Of a `recorded` one, what consumers use is recorded and verified.
    """

    name: str
    roots: tuple[str, ...]
    handing_out: tuple[str, ...]
    workers: str = ""
    extra: int = 0
    recorded: bool = False

    def folders(self, app: str) -> list[str]:
        """The existing folders with tests: all, or those of one service."""
        places = [ROOT / root for root in self.roots]
        if app:
            places = [folder for place in places for folder in place.rglob(app) if folder.is_dir()]
        return [str(place.relative_to(ROOT)) for place in places if any(place.rglob("test_*.py"))]


PARTS = (
    Part("unit", ("tests/unit",), ("--dist", "worksteal"), workers="auto"),
    Part("shared", ("tests/contract", "tests/integration"), ("--dist", "loadfile"), recorded=True),
    # Not recorded: what a fuzzer provokes is no use that a consumer makes of a provider.
    Part("fuzz", ("tests/fuzz",), ("--dist", "loadfile")),
    # In this order: the experiments are the longest groups, so workers begin with them. One more worker than processors are
    # assumed, because much of it is waiting for what was killed.
    Part("apart", ("tests/chaos", "tests/conformance"), ("--dist", "loadgroup", "--no-loadscope-reorder"), extra=1),
)


@dataclass(frozen=True)
class Ended:
    """The result of a pytest run: its exit code, and the end of its output."""

    code: int
    output: str

    @property
    def last_line(self) -> str:
        """Pytest's closing line."""
        lines = [line.strip("= ") for line in _COLOUR.sub("", self.output).splitlines() if line.strip("= ")]
        return lines[-1] if lines else "pytest wrote nothing"


Pytest = Callable[[Sequence[str]], Ended]


def pytest(arguments: Sequence[str]) -> Ended:
    """Run pytest in a process of its own, passing its output through."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = [sys.executable, "-m", "pytest", *colour, *arguments]
    end = b""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603 - pytest
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            end = (end + chunk)[-65536:]
    return Ended(process.returncode, end.decode(errors="replace"))


def run(parts: Sequence[Part], arguments: argparse.Namespace, pytest: Pytest, verify: consumers.Verify) -> int:
    """Run the parts one after the other, and sum up; returns the exit code."""
    codes, lines = [], []
    for part in parts:
        if not (folders := part.folders(arguments.app)):
            continue
        begin = time.monotonic()
        workers = ["-n", part.workers or str(arguments.workers + part.extra), *part.handing_out]
        nightly = ["--nightly"] if arguments.nightly else []
        with consumers.recording() if part.recorded else nullcontext() as facts:
            ended = pytest([*folders, *workers, *nightly, *arguments.pytest])
            verified = 0
            if facts is not None and ended.code != NO_TESTS:
                verified = verify(facts, ended.code == 0 and not arguments.app and not arguments.pytest)
        codes += [ended.code, verified] if verified else [ended.code]
        result = {0: "ok", NO_TESTS: "none"}.get(ended.code, f"FAIL {ended.code}")
        lines.append(f"{part.name:<8}{result:<8}{time.monotonic() - begin:5.0f} s  {ended.last_line}")
        if verified:
            lines.append(f"{part.name:<8}FAIL {verified}   consumers do not declare what they use: see above")
    sys.stdout.write("\n".join(["", *lines, ""]))
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else (0 if 0 in codes else NO_TESTS)


def main(arguments: Sequence[str], pytest: Pytest = pytest, verify: consumers.Verify = consumers.verify) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {part.name: part for part in PARTS}
    parser.add_argument("--app", default="", help="only the tests of one service or module, e.g. order")
    parser.add_argument("--part", action="append", choices=names, help="only this part (default: all)")
    parser.add_argument("--workers", type=int, default=2, help="pytest-xdist workers of the parts that start servers")
    parser.add_argument("--nightly", action="store_true", help="also the tests marked nightly")
    parser.add_argument("pytest", nargs="*", help="passed on to pytest")
    chosen = parser.parse_args(arguments)
    parts = [part for name, part in names.items() if name in (chosen.part or names)]
    if not any(part.folders(chosen.app) for part in parts):
        parser.error(f"there are no tests for {chosen.app!r}")
    return run(parts, chosen, pytest, verify)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
