"""Runs checkers over two versions, and sorts what they find into accepted and not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.contracts.accepted import Acceptance, unused
from harness.contracts.checker import ContractChecker
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.exit_codes import ExitCode

BASELINE_MISSING = "baseline-missing"
_ORDER = {Level.ERR: 0, Level.WARN: 1, Level.INFO: 2}


@dataclass(frozen=True)
class Judged:
    """A finding, and the acceptance that covers it."""

    finding: Finding
    acceptance: Acceptance | None = None

    @property
    def breaks(self) -> bool:
        """Whether it fails the check."""
        return self.finding.level is Level.ERR and self.acceptance is None


@dataclass(frozen=True)
class Judgement:
    """What was found between a release and now. `crashed` are the checkers that could not judge, with the reason."""

    against: str
    checked: tuple[str, ...]
    judged: tuple[Judged, ...]
    crashed: tuple[tuple[str, str], ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """FAIL for a change that breaks and is not accepted, INCONCLUSIVE when a checker could not judge."""
        if any(each.breaks for each in self.judged):
            return ExitCode.FAIL
        return ExitCode.INCONCLUSIVE if self.crashed or not self.checked else ExitCode.PASS

    def of(self, contract: str) -> tuple[Judged, ...]:
        """What one contract has."""
        return tuple(each for each in self.judged if each.finding.contract == contract)

    def count(self, level: Level) -> int:
        """Findings of a level that are not accepted."""
        return sum(1 for each in self.judged if each.finding.level is level and each.acceptance is None)


def judge(
    checkers: Sequence[ContractChecker], released: Documents, current: Documents, acceptances: Iterable[Acceptance] = ()
) -> Judgement:
    """Ask every checker; one that raises is `crashed`, and the others are asked all the same."""
    findings: set[Finding] = set()
    crashed: list[tuple[str, str]] = []
    for checker in checkers:
        try:
            findings.update(found(checker, released, current))
        except Exception as error:  # noqa: BLE001 - a checker may raise anything; the result is inconclusive, not red or green
            crashed.append((checker.name, f"{type(error).__name__}: {error}"))
    mine = [each for each in acceptances if each.against == released.version]
    checked = [checker.name for checker in checkers if checker.name not in dict(crashed)]
    findings.update(unused(mine, findings.copy(), checked))
    ordered = sorted(findings, key=lambda each: (_ORDER[each.level], each))
    judged = [Judged(each, next((entry for entry in mine if entry.covers(each)), None)) for each in ordered]
    return Judgement(released.version, tuple(checked), tuple(judged), tuple(crashed))


def found(checker: ContractChecker, released: Documents, current: Documents) -> Iterator[Finding]:
    """The findings of one checker; where the release lacks a document that it needs, that is the finding."""
    missing = [name for name in checker.released if name not in released]
    for name in missing:
        message = f"release {released.version} has no {name}: what {checker.name} would compare with is not known"
        yield Finding(checker.name, BASELINE_MISSING, name, Level.WARN, message)
    if not missing:
        yield from checker.check(released, current)
