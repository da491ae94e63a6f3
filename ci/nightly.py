"""A night: `python -m ci.nightly [--night long|short] [--seed N] [--only load,chaos] [--out FOLDER]`.

Runs the long set, one part after the other, each within a bounded time: a part that dies or takes too long is reported, and
the rest goes on. Results are appended to nights.jsonl in the folder, and trend.html is written anew. Exit code: 1 when a
promise was broken in some part, else 4 when a part could not do its work, else 3 when one proved nothing, else 0.

short: under 15 minutes, to see that all of it works. long: all load profiles with a soak of ten minutes, each experiment with a
fresh seed, fuzzing for half an hour, contracts, corrupted histories, the kill matrix for 90 minutes, and all tests.
"""

import argparse
import os
import platform
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.cli.trend import NIGHTS, PAGE, RECORD
from harness.exit_codes import ExitCode
from harness.own_process import gauntlet
from harness.seed import Seed
from harness.stack.providers import AUTO, PROVIDERS
from harness.trend.night import Night, PartOfNight, append, read, runs_of
from harness.trend.page import page

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 90.0
"""How long a part may take to clean up when its time is over."""


@dataclass(frozen=True)
class Part:
    """A command of gauntlet, by the words after it; `runs`: it makes run folders, with a seed of the night.

    `module`: it is `python -m` another module instead, which takes no provider.
    """

    name: str
    words: tuple[str, ...]
    bound_s: float
    runs: bool = False
    module: str = ""

    def command(self, seed: Seed, folder: Path, provider: str) -> list[str]:
        """The whole command."""
        if self.module:
            return [sys.executable, "-m", self.module, *self.words]
        of_a_run = ("--seed", str(seed.child(self.name)), "--out", str(folder / self.name)) if self.runs else ()
        return gauntlet(*self.words, *(("--provider", provider) if self.runs else ()), *of_a_run)

    @property
    def told(self) -> str:
        """What a person would type."""
        return shlex.join((*(("python", "-m", self.module) if self.module else ("gauntlet",)), *self.words))


MINUTE = 60.0
SHORT = (
    Part("load", ("load", "run", "flash_sale", "pay_too"), 4 * MINUTE, runs=True),
    Part("chaos", ("chaos", "run", "--default"), 7 * MINUTE, runs=True),
    Part("fuzz", ("fuzz", "--time", "60"), 5 * MINUTE, runs=True),
    Part("contracts", ("contracts", "check"), 4 * MINUTE),
)
LONG = (
    Part(
        "load",
        ("load", "run", "flash_sale", "flash_sale_deep", "last_unit", "steady", "browse_and_buy", "pay_too", "ramp"),
        30 * MINUTE,
        runs=True,
    ),
    Part("soak", ("load", "run", "soak", "--time", "600"), 25 * MINUTE, runs=True),
    Part("chaos", ("chaos", "run", "--all"), 120 * MINUTE, runs=True),
    Part("fuzz", ("fuzz", "--time", "1800"), 50 * MINUTE, runs=True),
    Part("contracts", ("contracts", "check"), 10 * MINUTE),
    Part("histories", ("prove", "histories"), 20 * MINUTE),
    Part("matrix", ("prove", "matrix", "--time", "5400"), 110 * MINUTE),
    Part("tests", ("--nightly",), 100 * MINUTE, module="ci.test"),
)
SETS = {"short": SHORT, "long": LONG}

Run = Callable[[Part, Sequence[str]], tuple[int | None, str]]
"""Runs a part; its exit code, None when it was ended after its time, and how it ended."""

WORDS = {
    ExitCode.PASS: "green",
    ExitCode.FAIL: "a promise was broken",
    ExitCode.USAGE: "it was called wrongly",
    ExitCode.INCONCLUSIVE: "nothing was proved",
    ExitCode.TROUBLE: "trouble of the tool or the machine",
    ExitCode.INTERRUPTED: "interrupted",
}
WORST = (ExitCode.FAIL, ExitCode.TROUBLE, ExitCode.INCONCLUSIVE)
"""Worst first."""


def run(part: Part, command: Sequence[str]) -> tuple[int | None, str]:
    """Run a command in a process group of its own, which is ended politely when its time is over, or we are interrupted."""
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as process:  # noqa: S603 - ours
        try:
            code = process.wait(part.bound_s)
        except subprocess.TimeoutExpired:
            _end(process)
            return None, f"ended after its {part.bound_s:.0f} s"
        except BaseException:
            _end(process)
            raise
    return code, WORDS.get(code, f"died with {code}") if code in {*ExitCode} else f"died with {code}"  # type: ignore[call-overload]  # an int is as good a key


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, on which every command of ours cleans up; then SIGKILL."""
    for number, patience_s in ((signal.SIGTERM, PATIENCE_S), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


def night(parts: Sequence[Part], seed: Seed, folder: Path, provider: str = AUTO, run: Run = run) -> Night:
    """Run the parts; what they proved. Run folders are made in the night's folder below `folder`."""
    at = datetime.now(UTC)
    runs = folder / at.strftime("%Y%m%dT%H%M%SZ")
    done = []
    for part in parts:
        sys.stdout.write(f"\n== {part.name}: {part.told}, at most {part.bound_s / MINUTE:g} min\n")
        sys.stdout.flush()
        begun = time.monotonic()
        try:
            code, ended = run(part, part.command(seed, runs, provider))
        except OSError as error:
            code, ended = None, f"could not be started: {error}"
        found = runs_of(runs / part.name) if part.runs else ()
        done.append(
            PartOfNight(
                name=part.name,
                command=part.told,
                exit_code=code,
                ended=ended,
                seconds=round(time.monotonic() - begun, 1),
                runs=found,
            )
        )
    return Night(commit=commit(), at=at, machine=machine(), seed=seed.value, parts=tuple(done))


def exit_code(found: Night) -> ExitCode:
    """The exit code of a night: the worst of its parts."""
    codes = {ExitCode.TROUBLE if part.exit_code not in {*ExitCode} else ExitCode(part.exit_code or 0) for part in found.parts}
    codes = {code if code in WORST or code is ExitCode.PASS else ExitCode.TROUBLE for code in codes}
    return next((code for code in WORST if code in codes), ExitCode.PASS)


def commit() -> str:
    """The commit that is checked out, with a + when files were changed; "unknown" outside of a clone."""
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S603 - git
    if head.returncode:
        return "unknown"
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)  # noqa: S603 - git
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def machine() -> str:
    """What figures depend on: processors and their kind."""
    models = [line.partition(":")[2].strip() for line in _cpuinfo().splitlines() if line.startswith("model name")]
    kind = models[0] if models else platform.machine()
    return f"{os.cpu_count()} x {kind}, {platform.system()}, Python {platform.python_version()}"


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""


def summary(found: Night) -> str:
    """The night as Markdown, for a terminal and for the summary of a CI job."""
    rows = [f"| {part.name} | {part.ended} | {part.seconds:.0f} s | {len(part.runs)} |" for part in found.parts]
    lines = [f"Night of {found.at:%Y-%m-%d}, commit {found.commit[:10]}, seed {found.seed}", ""]
    lines += ["| part | ended | took | runs |", "|---|---|---|---|", *rows, ""]
    red = [each for each in found.runs if not each.outcome.green]
    lines += [f"- {each.experiment} {each.outcome}: `{each.replay}`" for each in red]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str], run: Run = run) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--night", choices=SETS, default="long", help="which set (default: long)")
    parser.add_argument("--seed", type=Seed.parse, default=None, help="the night's seed (default: a fresh one)")
    parser.add_argument("--only", default="", help="only these parts, by comma")
    parser.add_argument("--provider", choices=(AUTO, *PROVIDERS), default=AUTO, help="where servers come from")
    parser.add_argument("--out", type=Path, default=NIGHTS, help=f"where nights are kept (default: {NIGHTS})")
    chosen = parser.parse_args(arguments)
    names = [name for name in chosen.only.split(",") if name]
    parts = [part for part in SETS[chosen.night] if not names or part.name in names]
    if unknown := {*names} - {part.name for part in parts}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there is {', '.join(p.name for p in SETS[chosen.night])}")
    folder: Path = chosen.out.resolve()
    found = night(parts, chosen.seed or Seed.fresh(), folder, chosen.provider, run)
    append(found, folder / RECORD)
    (folder / PAGE).write_text(page(*read(folder / RECORD)))
    sys.stdout.write("\n" + summary(found))
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a") as file:
            file.write(summary(found))
    sys.stdout.write(f"trend: {folder / PAGE}\n")
    return int(exit_code(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
