"""Verdicts: PASS, FAIL, UNKNOWN or VACUOUS; only PASS is green.

A guarantee is a named promise with a judge. The judge looks at a history and returns a Finding: how many things it
judged and which of them break the promise, all of them, each with the evidence. A judge that raised or ran out of
time proves nothing (UNKNOWN); one that saw none of the things it judges proves nothing either (VACUOUS).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.exit_codes import ExitCode
from harness.history import History, Row


class Outcome(StrEnum):
    """What a run proved of a guarantee."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    VACUOUS = "VACUOUS"

    @property
    def green(self) -> bool:
        """Whether it passes a gate: PASS only."""
        return self is Outcome.PASS

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a command with this outcome."""
        return {Outcome.PASS: ExitCode.PASS, Outcome.FAIL: ExitCode.FAIL}.get(self, ExitCode.INCONCLUSIVE)


SEVERITY = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.VACUOUS, Outcome.PASS)
"""Worst first."""


def overall(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of the outcomes; VACUOUS when there are none."""
    return min(outcomes, key=SEVERITY.index, default=Outcome.VACUOUS)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One violation of a promise: a sentence, the operations that show it, and the facts read."""

    what: str
    operations: tuple[int, ...] = ()
    facts: Row = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of a judge: how many things it judged, the violations, and counts to report."""

    judged: int
    violations: tuple[Violation, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Finding") -> "Finding":
        """Both findings together; counts of the same name add up."""
        counts = dict(self.counts)
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) + count
        return Finding(judged=self.judged + other.judged, violations=self.violations + other.violations, counts=counts)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run proved of one guarantee. `promise` quotes it, `why` is the reason of UNKNOWN or VACUOUS."""

    guarantee: str
    outcome: Outcome
    promise: str
    evidence: tuple[Violation, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    why: str = ""


Judge = Callable[[History], Finding]


@dataclass(frozen=True)
class Guarantee:
    """A named promise with its judge. The name is API."""

    name: str
    promise: str
    judge: Judge

    def verdict(self, history: History) -> Verdict:
        """Judge a history. Raises what the judge raises."""
        finding = self.judge(history)
        counts = {"judged": finding.judged, **finding.counts}
        if finding.violations:
            return Verdict(
                guarantee=self.name,
                outcome=Outcome.FAIL,
                promise=self.promise,
                evidence=finding.violations,
                counts=counts,
            )
        if finding.judged == 0:
            why = "the run did none of the things that this promise is about"
            return Verdict(guarantee=self.name, outcome=Outcome.VACUOUS, promise=self.promise, counts=counts, why=why)
        return Verdict(guarantee=self.name, outcome=Outcome.PASS, promise=self.promise, counts=counts)

    def unknown(self, why: str) -> Verdict:
        """The verdict UNKNOWN, because the judge failed or timed out."""
        return Verdict(guarantee=self.name, outcome=Outcome.UNKNOWN, promise=self.promise, why=why)


def guarantee(judge: Judge) -> Guarantee:
    """Make a guarantee of a function: its name is the guarantee's, the first paragraph of its docstring the promise."""
    paragraph = (judge.__doc__ or "").strip().partition("\n\n")[0]
    promise = " ".join(paragraph.split())
    if not promise:
        raise ValueError(f"{judge.__name__} must quote its promise in its docstring")
    return Guarantee(name=judge.__name__, promise=promise, judge=judge)


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A condition for a run to prove anything: enough traffic, a fault that showed its effect."""

    name: str
    met: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class RunVerdict:
    """What a run proved: a verdict per guarantee, the requirements, and failures of the run itself."""

    experiment: str
    seed: int
    verdicts: tuple[Verdict, ...]
    requirements: tuple[Requirement, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst: FAIL over a failed run (UNKNOWN) over unmet requirements (VACUOUS)."""
        outcomes = [verdict.outcome for verdict in self.verdicts]
        outcomes += [Outcome.UNKNOWN] * bool(self.errors)
        outcomes += [Outcome.VACUOUS] * any(not requirement.met for requirement in self.requirements)
        return overall(outcomes)
