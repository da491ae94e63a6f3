"""report.html: one file that shows a run to a person and needs nothing else, no network and no server.

Everything that grows with the run is cut to what a person can read; the whole of it is in the run's folder.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from harness.experiment import RunFacts
from harness.history import Fault, FaultPhase, History
from harness.report.charts import charts, script
from harness.report.story import first_violation
from harness.report.timeline import bands, quantile, timeline
from harness.verdict import RunVerdict

MOST_EVIDENCE = 20
MOST_LOG_LINES = 120
MOST_LOG_CHARACTERS = 20_000
MOST_ANSWERS = 60
MOST_TEXT = 600


@dataclass(frozen=True)
class FaultRow:
    """A fault as the page tells it."""

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


def page(facts: RunFacts, history: History, verdict: RunVerdict, logs: Mapping[str, str]) -> str:
    """The page of a run."""
    drawn = timeline(history)
    begin, end = history.span_ns
    return _template().render(
        facts=facts,
        verdict=verdict,
        seconds=(end - begin) / 1e9,
        operations=len(history.operations),
        first=first_violation(history, verdict),
        faults=fault_rows(facts, history),
        stages=stage_rows(history),
        answers=answer_rows(history)[:MOST_ANSWERS],
        logs={name: tail(text) for name, text in logs.items()},
        charts=_embedded(charts(drawn)) if drawn else None,
        step_s=drawn.step_s if drawn else 0,
        script=Markup(script()) if drawn else "",  # noqa: S704 - a library's script, checked to end no element
        most_evidence=MOST_EVIDENCE,
        torn=history.torn,
    )


def fault_rows(facts: RunFacts, history: History) -> list[FaultRow]:
    """Every planned fault, those that were never injected included."""
    found = {band.fault: band for band in bands(history)}
    rows = []
    for name in facts.faults:
        records = [record for record in history.faults if record.fault == name]
        band = found.get(name)
        proofs = [record for record in records if record.phase is FaultPhase.PROOF]
        rows.append(
            FaultRow(
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


def tail(text: str) -> str:
    """The end of a log, in whole lines where possible."""
    return "\n".join(text.splitlines()[-MOST_LOG_LINES:])[-MOST_LOG_CHARACTERS:]


def cut(text: str, most: int = MOST_TEXT) -> str:
    """Text of at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _note(record: Fault) -> str:
    said = {FaultPhase.INJECT: "injected", FaultPhase.HEAL: "healed", FaultPhase.ERROR: "error"}
    return f"{said[record.phase]}: {cut(record.detail)}"


def _embedded(specs: Mapping[str, Mapping[str, Any]]) -> Markup:
    """JSON that may stand in a script element: no text in it can end the element."""
    text = json.dumps(specs, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704 - no "<" is left in it


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("harness.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cut"] = cut
    return environment.get_template("report.html.j2")
