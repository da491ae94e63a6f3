"""What looks for a bug in a copy of the system: an experiment, a part of `gauntlet fuzz`, a contract, tests. Each is a process.

A process of its own is what makes it interruptible, bounded in time, and unable to disturb the next one.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from harness.exit_codes import ExitCode
from harness.own_process import gauntlet
from harness.proof.source.cells import Seen
from harness.proof.source.processes import Command, Ended

SYSTEM = "system.json"
"""What a run folder has once the system runs."""
BOUND_S = 900.0
"""How long a detector may take."""


class UnknownDetectorError(ValueError):
    """A claim names a detector of a kind that there is not."""


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What a detector found."""

    seen: Seen
    by: tuple[str, ...] = ()
    why: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How detectors are run: where servers come from, and where run folders are made."""

    provider: str
    out: Path
    bound_s: float = BOUND_S


Run = Callable[[Command, float], Ended]


def detect(detector: str, topology: Path, seed: int, setting: Setting, run: Run) -> Detection:
    """Have a detector look at the system of `topology`. Raises UnknownDetectorError, and what `run` does."""
    kind, _, name = detector.partition(" ")
    if kind not in KINDS or not name:
        raise UnknownDetectorError(f"{detector!r} is no detector: {', '.join(KINDS)}, and a name")
    command, read = KINDS[kind](name, topology, seed, setting)
    begun = monotonic()
    ended = run(command, setting.bound_s)
    seconds = round(monotonic() - begun, 1)
    if ended.code is None:
        return Detection(seen=Seen.NOT_GREEN, why=f"not done after {setting.bound_s:g} s", seconds=seconds)
    found = read(ended)
    return Detection(seen=found.seen, by=found.by, why=found.why, seconds=seconds)


Prepared = tuple[Command, Callable[[Ended], Detection]]


def _gauntlet(arguments: Sequence[str], topology: Path, seed: int, setting: Setting) -> Prepared:
    subject = ["--seed", str(seed), "--json", "--topology", str(topology)]
    return Command(
        arguments=gauntlet(*arguments, *subject, "--provider", setting.provider, "--out", str(setting.out))
    ), _verdict


def _experiment(name: str, topology: Path, seed: int, setting: Setting) -> Prepared:
    return _gauntlet(["chaos", "run", name], topology, seed, setting)


def _fuzz(name: str, topology: Path, seed: int, setting: Setting) -> Prepared:
    part, _, seconds = name.partition(" ")
    return _gauntlet(["fuzz", part, *(["--time", seconds] if seconds else [])], topology, seed, setting)


def _contracts(name: str, topology: Path, _seed: int, setting: Setting) -> Prepared:
    """Documents are read from the folder that the copy is in: what was not copied is linked there."""
    arguments = gauntlet("contracts", "check", "--only", name, "--format", "json", "--provider", setting.provider)
    return Command(arguments=arguments, folder=topology.resolve().parent.parent), _contract


def _tests(paths: str, topology: Path, _seed: int, setting: Setting) -> Prepared:
    """Tests import the copy in place of the system, because its folder's parent comes first on the path."""
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist"]
    shared = ["-o", f"gauntlet_topology={topology}", "--provider", setting.provider]
    environment = {"PYTHONPATH": str(topology.parent.parent)}
    return Command(arguments=[*command, *shared, *paths.split()], environment=environment), _tested


KINDS: dict[str, Callable[[str, Path, int, Setting], Prepared]] = {
    "experiment": _experiment,
    "fuzz": _fuzz,
    "contracts": _contracts,
    "tests": _tests,
}
"""The kinds of detectors: `experiment NAME`, `fuzz PART [SECONDS]`, `contracts PART`, `tests PATH...`."""


def _verdict(ended: Ended) -> Detection:
    try:
        verdict = json.loads(ended.out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return Detection(seen=Seen.NOT_GREEN, why=_died(ended))
    failed = [each for each in verdict["verdicts"] if each["outcome"] == "FAIL"]
    if failed:
        why = failed[0]["evidence"][0]["what"] if failed[0]["evidence"] else ""
        return Detection(seen=Seen.CAUGHT, by=tuple(each["guarantee"] for each in failed), why=why)
    if ended.code == ExitCode.PASS:
        return Detection(seen=Seen.SURVIVED)
    ran = not verdict.get("folder") or (Path(verdict["folder"]) / SYSTEM).exists()
    unmet = [f"{each['name']}: {each['detail']}" for each in verdict["requirements"] if not each["met"]]
    unjudged = [f"{each['guarantee']} is {each['outcome']}: {each['why']}" for each in verdict["verdicts"] if each["why"]]
    why = next(iter([*verdict["errors"], *unmet, *unjudged]), f"exit code {ended.code}")
    return Detection(seen=Seen.NOT_GREEN if ran else Seen.NOT_STARTED, why=why)


def _contract(ended: Ended) -> Detection:
    """By the exit codes of `gauntlet contracts check`; `by` are the rules that broke."""
    try:
        findings = json.loads(ended.out)["findings"]
    except (ValueError, KeyError):
        return Detection(seen=Seen.NOT_GREEN, why=_died(ended))
    broken = [each for each in findings if each["level"] == "ERR" and each["accepted"] is None]
    if ended.code == ExitCode.FAIL and broken:
        why = f"{broken[0]['where']}: {broken[0]['message']}"
        return Detection(seen=Seen.CAUGHT, by=tuple(dict.fromkeys(each["rule"] for each in broken)), why=why)
    return Detection(seen=Seen.SURVIVED) if ended.code == ExitCode.PASS else Detection(seen=Seen.NOT_GREEN, why=_died(ended))


def _died(ended: Ended) -> str:
    said = ended.err.strip().splitlines()
    return f"exit code {ended.code}: {said[-1] if said else 'nothing said'}"


def _tested(ended: Ended) -> Detection:
    """By pytest's exit codes: 0 passed, 1 tests failed; an error while collecting is the mutant's, too (2 with -x)."""
    lines = ended.out.strip().splitlines()
    failed = [line.split(" ")[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]
    if ended.code == 0:
        return Detection(seen=Seen.SURVIVED)
    if failed:
        why = next((line for line in lines if ".py:" in line and "Error" in line), lines[-1])
        return Detection(seen=Seen.CAUGHT, by=tuple(failed), why=why)
    return Detection(seen=Seen.NOT_GREEN, why=f"pytest ended with {ended.code}: {lines[-1] if lines else ended.err[-200:]}")
