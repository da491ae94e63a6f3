"""The headline of a page: a sentence on the result or the failure, and what to do next.

Written for runs that failed, broke or were stopped: for these it says in which stage, after how long, while what was in force.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.experiment import RunRecord
from harness.history import History, Stage
from harness.report.failure_window import LocatedViolation, broken_stage, faults_around, seconds_of
from harness.report.timeline import bands
from harness.verdict import Outcome, RunVerdict

INTERRUPTED = "interrupted"
MOST_WHY = 900


@dataclass(frozen=True)
class Headline:
    """A title of a few words, sentences that say more, and what to do next."""

    title: str
    sentences: tuple[str, ...]
    next_steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageTold:
    """A stage's activity, completing "while …", and what to check when the run failed there."""

    during: str
    look_at: str


STAGES: Mapping[str, StageTold] = {
    "start": StageTold(
        "the system was being started",
        "Look for the member that did not come up in the logs below; the stack can be tried alone with `gauntlet up`.",
    ),
    "assumptions": StageTold(
        "it was being looked whether the faults can be injected here",
        "Provide what the fault lacks, or run an experiment without it.",
    ),
    "steady state": StageTold(
        "the system was being probed, before any fault",
        "No fault was in force: the system or this machine was not well to begin with. Look at the logs below.",
    ),
    "prepare": StageTold(
        "accounts and goods were being made, before any fault",
        "No fault was in force: look at what the system answered, in the logs below.",
    ),
    "workload": StageTold(
        "clients were at work and faults struck",
        "Look at the answers and at the logs around that moment, below.",
    ),
    "heal": StageTold("the faults were being undone", "Look at the fault that could not be undone, and at its target's log."),
    "recovery": StageTold(
        "the system was being probed, after the last heal",
        "The probe itself broke: what it met of the system is no failure of the run, but judged.",
    ),
    "settle": StageTold(
        "the system was to come to rest",
        "What was left over is named above: look for who should have dealt with it, in the lanes and the logs below.",
    ),
    "observe": StageTold("databases and ledgers were being read", "Look at the log of the server that could not be read."),
    "stop": StageTold("the system was being stopped", "Look at the log of the member that did not stop."),
}
UNKNOWN_STAGE = StageTold("the run was under way", "Look at the logs below.")


def headline(facts: RunRecord, history: History, verdict: RunVerdict, broken: LocatedViolation | None) -> Headline:
    """The headline of a run."""
    return next(told for tell in TELLERS if (told := tell(facts, history, verdict, broken)))


def _failed(facts: RunRecord, history: History, verdict: RunVerdict, broken: LocatedViolation | None) -> Headline | None:
    if broken is None:
        return None
    names = [each.guarantee for each in verdict.verdicts if each.outcome is Outcome.FAIL]
    violations = sum(len(each.evidence) for each in verdict.verdicts)
    title = f"{_count(len(names), 'promise')} broken: {', '.join(names)}"
    sentences = [f"{_count(violations, 'violation')} in all; the first is told below."]
    if record := broken_stage(history):
        sentences.append(f"The run itself broke as well, in the stage {record.stage}: {_why(record)}.")
    return Headline(
        title,
        tuple(sentences),
        (
            "Read the first violation below, with what was logged around it.",
            f"Do it again: `{facts.replay}`. The same seed gives the same faults.",
        ),
    )


def _stopped(facts: RunRecord, history: History, _verdict: RunVerdict, _broken: LocatedViolation | None) -> Headline | None:
    record = broken_stage(history)
    if record is None or record.state != "fail" or record.detail != INTERRUPTED:
        return None
    ended = {each.stage for each in history.stages if each.state == "end"}
    undone = "Faults were undone and the system was stopped" if bands(history) else "The system was stopped"
    left = f"{undone} in order." if "stop" in ended else "The system may not have been stopped in order."
    return Headline(
        f"Stopped by hand in the stage {record.stage}",
        (
            f"Ctrl-C or SIGTERM came {_after(record, history)}, while {_told(record).during}. {left}",
            "What had been recorded by then is below. It is not enough to prove anything, so nothing is green.",
        ),
        (f"Let it run to its end: `{facts.replay}`.",),
    )


def _broke(facts: RunRecord, history: History, _verdict: RunVerdict, _broken: LocatedViolation | None) -> Headline | None:
    record = broken_stage(history)
    if record is None:
        return None
    told = _told(record)
    again = f"Do it again: `{facts.replay}`."
    if record.state != "fail":
        return Headline(
            f"The run died in the stage {record.stage}",
            (
                f"The record ends while {told.during}, {_after(record, history)}: its process was killed or ran out of memory.",
                "Nothing that was to come after it happened, so nothing is proved.",
            ),
            (again,),
        )
    at = seconds_of(history, record.time_ns)
    meanwhile = f" It was {faults_around(bands(history), at, at)}." if bands(history) else ""
    return Headline(
        f"The run broke in the stage {record.stage}",
        (
            f"It broke {_after(record, history)}, while {told.during}: {_why(record)}.{meanwhile}",
            "What the run was to show after that is not known, so nothing is proved.",
        ),
        (told.look_at, again),
    )


def _never_ran(facts: RunRecord, _history: History, verdict: RunVerdict, _broken: LocatedViolation | None) -> Headline | None:
    if not verdict.errors:
        return None
    return Headline(
        "The run is not complete", tuple(f"{error}." for error in verdict.errors), (f"Do it again: `{facts.replay}`.",)
    )


def _not_judged(facts: RunRecord, _history: History, verdict: RunVerdict, _broken: LocatedViolation | None) -> Headline | None:
    unknown = [each for each in verdict.verdicts if each.outcome is Outcome.UNKNOWN]
    if not unknown:
        return None
    return Headline(
        f"{_count(len(unknown), 'promise')} could not be judged: {', '.join(each.guarantee for each in unknown)}",
        tuple(f"{each.guarantee}: {each.why}." for each in unknown),
        ("Judge the saved run again once the reason is gone: `gauntlet judge` and the run's folder.",),
    )


def _proved_nothing(
    facts: RunRecord, _history: History, verdict: RunVerdict, _broken: LocatedViolation | None
) -> Headline | None:
    reasons = [f"{each.name}: not met, {each.detail}" for each in verdict.requirements if not each.met]
    reasons += [f"{each.guarantee}: {each.why}" for each in verdict.verdicts if each.outcome is Outcome.VACUOUS]
    if verdict.outcome is Outcome.PASS:
        return None
    return Headline(
        "The run proves nothing",
        (
            "No promise was seen broken, but something that the proof rests on did not happen.",
            *(f"{reason}." for reason in reasons[:5]),
        ),
        (f"Do it again: `{facts.replay}`. If it stays so, the experiment's triggers or minimums do not fit this machine.",),
    )


def _kept(_facts: RunRecord, history: History, verdict: RunVerdict, _broken: LocatedViolation | None) -> Headline | None:
    found = bands(history)
    during = f", while {_count(len(found), 'fault')} struck" if found else ""
    return Headline(f"{_count(len(verdict.verdicts), 'promise')} kept{during}", ())


Teller = Callable[[RunRecord, History, RunVerdict, LocatedViolation | None], Headline | None]
TELLERS: Sequence[Teller] = (_failed, _stopped, _broke, _never_ran, _not_judged, _proved_nothing, _kept)
"""Tried in this order; the last always applies."""


def _told(record: Stage) -> StageTold:
    return STAGES.get(record.stage, UNKNOWN_STAGE)


def _after(record: Stage, history: History) -> str:
    begun = next((each.time_ns for each in history.stages if each.stage == record.stage and each.state == "begin"), None)
    end = record.time_ns if record.state == "fail" else history.span_ns[1]
    return f"{(end - (begun or end)) / 1e9:.1f} s into it"


def _why(record: Stage) -> str:
    text = "the record just ends" if record.state != "fail" else record.detail or "no reason was given"
    return (text if len(text) <= MOST_WHY else f"{text[: MOST_WHY - 1]}…").rstrip(".")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
