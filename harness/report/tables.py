"""The tables of a page: faults, events, stages and answers, as rows that a person reads."""

from collections import Counter
from dataclasses import dataclass

from harness.experiment import RunRecord
from harness.history import Fault, FaultPhase, History
from harness.report.timeline import bands, quantile, zero_ns

MOST_TEXT = 600


@dataclass(frozen=True)
class FaultRow:
    """A fault as the page tells it; `number` stands for it in the pictures."""

    number: int
    name: str
    target: str
    injected_s: float | None
    healed_s: float | None
    proven: bool
    proof: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class StageRow:
    """A stage as the page tells it; `seconds` is None while it never ended."""

    name: str
    seconds: float | None
    failure: str


@dataclass(frozen=True)
class AnswerRow:
    """How often an operation was answered in one way, and how fast."""

    operation: str
    answer: str
    ending: str
    count: int
    median_ms: float | None
    slowest_ms: float | None


@dataclass(frozen=True)
class EventRow:
    """How often something was seen to happen in the system, and when first and last."""

    event: str
    count: int
    first_s: float
    last_s: float


def event_rows(history: History) -> list[EventRow]:
    """What watchers saw, in the order of the first time."""
    zero = zero_ns(history)
    times: dict[str, list[float]] = {}
    for record in history.events:
        times.setdefault(record.event, []).append((record.time_ns - zero) / 1e9)
    return [EventRow(event, len(found), min(found), max(found)) for event, found in times.items()]


def fault_rows(facts: RunRecord, history: History) -> list[FaultRow]:
    """Every planned fault by the time of its injection, those that were never injected last."""
    found = {band.fault: band for band in reversed(bands(history))}
    numbers = {name: band.number for name, band in found.items()}
    for name in facts.faults:
        numbers.setdefault(name, len(numbers) + 1)
    rows = []
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        records = [record for record in history.faults if record.fault == name]
        band = found.get(name)
        proofs = [record for record in records if record.phase is FaultPhase.PROOF]
        rows.append(
            FaultRow(
                number=number,
                name=name,
                target=records[0].target if records else "",
                injected_s=band.begin_s if band else None,
                healed_s=band.end_s if band and band.healed else None,
                proven=bool(proofs) and all(record.proven for record in proofs),
                proof="; ".join(record.detail for record in proofs),
                notes=tuple(_note(record) for record in records if record.phase is not FaultPhase.PROOF),
            )
        )
    return rows


def stage_rows(history: History) -> list[StageRow]:
    """The stages the run went through."""
    begun: dict[str, int] = {}
    rows: dict[str, StageRow] = {}
    for record in history.stages:
        if record.state == "begin":
            begun[record.stage] = record.time_ns
            rows[record.stage] = StageRow(record.stage, None, "the run died in it")
        else:
            seconds = (record.time_ns - begun.get(record.stage, record.time_ns)) / 1e9
            rows[record.stage] = StageRow(record.stage, seconds, cut(record.detail))
    return list(rows.values())


def answer_rows(history: History) -> list[AnswerRow]:
    """What was answered how often, by operation, the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    latencies: dict[tuple[str, str, str], list[float]] = {}
    for each in history.operations:
        answer = str(each.status) if each.status is not None else cut(each.error.partition(":")[0], 80)
        key = (each.name, answer, each.ending.value)
        counts[key] += 1
        if each.latency_s is not None:
            latencies.setdefault(key, []).append(each.latency_s * 1000)
    rows = []
    for key, count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0])):
        ordered = sorted(latencies.get(key, ()))
        median, slowest = (quantile(ordered, 0.5), ordered[-1]) if ordered else (None, None)
        rows.append(AnswerRow(*key, count, median, slowest))
    return rows


def cut(text: str, most: int = MOST_TEXT) -> str:
    """Text of at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _note(record: Fault) -> str:
    said = {FaultPhase.INJECT: "injected", FaultPhase.HEAL: "healed", FaultPhase.ERROR: "error"}
    return f"{said[record.phase]}: {cut(record.detail)}"
