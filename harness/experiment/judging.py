"""Judges a run from its folder alone, without the system, so that a saved run can be judged again."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.experiment import service_levels
from harness.experiment.experiment import Minimum, Part, Phase
from harness.experiment.run_folder import RunFolder, RunRecord
from harness.history import PROBE, PROBE_READY, Fault, FaultPhase, History, Operation, attempts, collector_paused, last_heal_ns
from harness.verdict import Guarantee, Outcome, Requirement, RunVerdict, Verdict

STAGES = ("start", "assumptions", "steady state", "prepare", "workload", "heal", "settle", "observe", "stop")
"""Stages that must have ended well, in this order, before anything was proved."""


@dataclass(frozen=True)
class JudgedRun:
    """A saved run and its verdict: all that a report needs except the logs."""

    folder: RunFolder
    facts: RunRecord
    history: History
    verdict: RunVerdict

    @classmethod
    def of(cls, folder: RunFolder, verdict: RunVerdict) -> "JudgedRun":
        """A run that was judged elsewhere. Raises NotARunError, CorruptHistoryError."""
        return cls(folder, folder.record(), folder.read_history(), verdict)


def judge_folder(folder: RunFolder, guarantees: Mapping[str, Guarantee], bound_s: float = 60.0) -> JudgedRun:
    """Judge a saved run. Raises NotARunError, CorruptHistoryError."""
    facts, history = folder.record(), folder.read_history()
    return JudgedRun(folder, facts, history, judge(facts, history, guarantees, bound_s))


def judge(facts: RunRecord, history: History, guarantees: Mapping[str, Guarantee], bound_s: float = 60.0) -> RunVerdict:
    """What a run proved: every guarantee is judged, within `bound_s` seconds each, independently of the others."""
    with collector_paused():
        verdicts = tuple(_judged(name, guarantees.get(name), history, bound_s) for name in facts.guarantees)
        if facts.levels or facts.ceilings:
            verdicts += (service_levels.verdict(facts.levels, history, facts.ceilings, verdicts),)
        return RunVerdict(
            experiment=facts.experiment,
            seed=facts.seed,
            verdicts=verdicts,
            requirements=(*_requirements(facts, history), *_exercised(facts, verdicts)),
            errors=tuple(_errors(history)),
        )


def _judged(name: str, guarantee: Guarantee | None, history: History, bound_s: float) -> Verdict:
    if guarantee is None:
        return Verdict(guarantee=name, outcome=Outcome.UNKNOWN, promise="", why="no guarantee of this name exists")
    result: list[Verdict] = []

    def work() -> None:
        try:
            result.append(guarantee.verdict(history))
        except Exception as error:  # noqa: BLE001 - a judge that raises proves nothing, whatever it raised
            result.append(guarantee.unknown(f"the judge could not judge: {type(error).__name__}: {error}"))

    worker = threading.Thread(target=work, name=f"judge {name}", daemon=True)
    worker.start()
    worker.join(bound_s)
    return result[0] if result else guarantee.unknown(f"the judge was not done after {bound_s:g} s")


def _errors(history: History) -> Iterable[str]:
    begun = {record.stage for record in history.stages if record.state == "begin"}
    ended = {record.stage for record in history.stages if record.state == "end"}
    failed = [record for record in history.stages if record.state == "fail"]
    yield from (f"{record.stage}: {record.detail}" for record in failed)
    if not failed:
        for stage in STAGES:
            if stage not in ended:
                yield f"{stage}: {'the run died in it' if stage in begun else 'the run never got there'}"
                break
    if history.torn:
        yield f"the last line of the history is torn: {history.torn[:80]}"


def _requirements(facts: RunRecord, history: History) -> Iterable[Requirement]:
    for minimum in facts.minimums:
        yield _traffic(minimum, history)
    for sighting in facts.sightings:
        seen = sum(event.event == sighting.event for event in history.events)
        yield Requirement(
            name=f"{sighting.event} was seen", met=seen >= sighting.count, detail=f"{seen} seen; {sighting.count} wanted"
        )
    for fault in facts.faults:
        yield _effect(fault, history)
    if any(event.event == PROBE_READY for event in history.events) and last_heal_ns(history) is not None:
        tried = len(attempts(history))
        yield Requirement(name="the system was probed after the last heal", met=tried > 0, detail=f"{tried} attempts")


def _exercised(facts: RunRecord, verdicts: Iterable[Verdict]) -> Iterable[Requirement]:
    """What guarantees that were judged had to meet; one that was not has counted nothing and says so itself."""
    counts = {each.guarantee: each.counts for each in verdicts if each.outcome is not Outcome.UNKNOWN}
    for each in facts.exercised:
        if each.guarantee in counts:
            seen = counts[each.guarantee].get(each.counted, 0)
            name = f"{each.guarantee} met: {each.counted}"
            yield Requirement(name=name, met=seen >= each.at_least, detail=f"{seen} seen; {each.at_least} wanted")


def _workload(history: History) -> tuple[int, int] | None:
    """Its begin and end; None when it never began."""
    times = [record.time_ns for record in history.stages if record.stage == "workload"]
    return (times[0], times[1] if len(times) > 1 else history.span_ns[1]) if times else None


def _window(phase: Phase | None, history: History) -> tuple[int, int] | None:
    """Begin and end of a phase of the workload; None when it was never reached."""
    workload = _workload(history)
    if phase is None or workload is None:
        return workload
    records = [record for record in history.faults if record.fault == phase.plan]
    injected = next((record.time_ns for record in records if record.phase is FaultPhase.INJECT), None)
    healed = next((record.time_ns for record in records if record.phase is FaultPhase.HEAL), None)
    match phase.part:
        case Part.BEFORE:
            return (workload[0], injected) if injected is not None else None
        case Part.WHILE:
            return (injected, healed if healed is not None else workload[1]) if injected is not None else None
        case Part.AFTER:
            return (healed, workload[1]) if healed is not None else None


def _traffic(minimum: Minimum, history: History) -> Requirement:
    begin, end = _window(minimum.phase, history) or (0, 0)
    within = minimum.phase is None
    seen = sum(
        operation.ending in minimum.endings and (within or _inside(operation, begin, end)) and operation.process != PROBE
        for operation in history.named(minimum.operation)
    )
    rate = seen / ((end - begin) / 1e9) if end > begin else 0.0
    wanted = f"{minimum.count}" + (f" and {minimum.per_second:g}/s" if minimum.per_second else "")
    return Requirement(
        name=f"{minimum.operation} ended {' or '.join(sorted(minimum.endings))}"
        + (f" {minimum.phase}" if minimum.phase else ""),
        met=seen >= minimum.count and rate >= minimum.per_second,
        detail=f"{seen} seen, {rate:.1f}/s; {wanted} wanted",
    )


def _inside(operation: Operation, begin_ns: int, end_ns: int) -> bool:
    return operation.invoked_ns >= begin_ns and operation.completed_ns is not None and operation.completed_ns <= end_ns


def _effect(fault: str, history: History) -> Requirement:
    records = [record for record in history.faults if record.fault == fault]
    errors = [record.detail for record in records if record.phase is FaultPhase.ERROR]
    proofs = [record for record in records if record.phase is FaultPhase.PROOF]
    met = sum(_under_way(history, begin, end) for begin, end in _in_force(records, history.span_ns[1]))
    seen = [f"{record.target}: {record.detail}" for record in proofs] + [f"{met} operations met it"] * bool(proofs)
    return Requirement(
        name=f"fault {fault} took effect",
        met=bool(proofs) and all(record.proven for record in proofs) and met > 0 and not errors,
        detail="; ".join(errors or seen) or "never injected",
    )


def _in_force(records: Iterable[Fault], end_ns: int) -> Iterable[tuple[int, int]]:
    """When a fault was in force, from each INJECT to the HEAL after it."""
    begin: int | None = None
    for record in records:
        if record.phase is FaultPhase.INJECT:
            begin = record.time_ns
        elif record.phase is FaultPhase.HEAL and begin is not None:
            yield begin, record.time_ns
            begin = None
    if begin is not None:
        yield begin, end_ns


def _under_way(history: History, begin_ns: int, end_ns: int) -> int:
    return sum(
        operation.invoked_ns < end_ns and (operation.completed_ns is None or operation.completed_ns > begin_ns)
        for operation in history.operations
    )
