"""report.html: one file that shows a run to a person and needs nothing else, no network and no server.

Everything that grows with the run is cut to a fixed size; the run's folder has all of it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.experiment import RunRecord
from harness.experiment.stages import ENGINE_LOG
from harness.history import History
from harness.report.charts import charts, script
from harness.report.failure_window import FailureWindow, failure_window, locate_first_violation
from harness.report.first_violation import first_violation
from harness.report.fuzzed_parts import fuzzed_parts
from harness.report.headline import headline
from harness.report.lane_chart import lane_chart
from harness.report.lanes import Lanes, lanes
from harness.report.load_figures import load_charts, load_figures
from harness.report.logs import Excerpt, around
from harness.report.tables import FaultRow, answer_rows, cut, event_rows, fault_rows, stage_rows
from harness.report.timeline import bands, timeline, zero_ns
from harness.report.topology_diagram import Hit, drawings
from harness.verdict import SEVERITY, Outcome, RunVerdict, Verdict

MOST_EVIDENCE = 20
MOST_FINDINGS = 30
MOST_TARGETS = 200
MOST_LOG_LINES = 120
MOST_LOG_CHARACTERS = 20_000
MOST_ANSWERS = 60
MOST_EVENTS = 60
MOST_CONFLICTS_TOLD = 6
AROUND_NS = 2_000_000_000

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class LogsAround:
    """What was logged around a moment; `zero_ns` is the beginning of the workload in ns since the epoch."""

    what: str
    excerpt: Excerpt
    zero_ns: int

    def at_s(self, at_ns: int) -> float:
        """Seconds since the workload began."""
        return (at_ns - self.zero_ns) / 1e9


def page(facts: RunRecord, history: History, verdict: RunVerdict, logs: Mapping[str, str]) -> str:
    """The page of a run."""
    begin, end = history.span_ns
    first = locate_first_violation(history, verdict)
    faults = fault_rows(facts, history)
    drawn_lanes = [found for spec in facts.presentation.lanes if (found := lanes(spec, history, verdict))]
    specs = _specs(history, drawn_lanes)
    drawn = timeline(history)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            facts=facts,
            verdict=verdict,
            seconds=(end - begin) / 1e9,
            operations=len(history.operations),
            headline=headline(facts, history, verdict, first),
            first=first_violation(history, first) if first else None,
            around=_around(facts, history, failure_window(history, first), logs)
            if verdict.outcome is not Outcome.PASS
            else None,
            broken=[each for each in verdict.verdicts if each.outcome is Outcome.FAIL],
            others=sorted((each for each in verdict.verdicts if each.outcome is not Outcome.FAIL), key=_severity),
            faults=faults,
            events=event_rows(history)[:MOST_EVENTS],
            pictures=drawings(
                facts.presentation.topology, [_hit(row) for row in faults if row.target and row.injected_s is not None]
            ),
            lanes=drawn_lanes,
            stages=stage_rows(history),
            fuzzed=fuzzed_parts(history),
            load=load_figures(history),
            answers=answer_rows(history)[:MOST_ANSWERS],
            logs={name: tail(text) for name, text in logs.items()},
            charts=embedded(specs) if specs else None,
            timed=drawn is not None,
            step_s=drawn.step_s if drawn else 0,
            script=Markup(script()) if specs else "",  # noqa: S704 - a library's script, checked to end no element
            engine_log=Path(ENGINE_LOG).stem,
            most_evidence=MOST_EVIDENCE,
            most_findings=MOST_FINDINGS,
            most_targets=MOST_TARGETS,
            most_conflicts=MOST_CONFLICTS_TOLD,
            torn=history.torn,
        )
    )


def tail(text: str) -> str:
    """The end of a log, in whole lines where possible."""
    return "\n".join(text.splitlines()[-MOST_LOG_LINES:])[-MOST_LOG_CHARACTERS:]


def embedded(content: object) -> Markup:
    """JSON that may stand in a script element: no text in it can end the element."""
    text = json.dumps(content, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704 - no "<" is left in it


def environment() -> Environment:
    """How the templates of this package are read."""
    found = Environment(
        loader=PackageLoader("harness.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters["cut"] = cut
    found.filters["code"] = coded
    return found


def coded(text: str) -> Markup:
    """Text with what stands between backticks as code."""
    words = (escape(part) for part in text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(words))


def _specs(history: History, drawn_lanes: Iterable[Lanes]) -> dict[str, Spec]:
    """The charts by the id of the element they are drawn into."""
    drawn = timeline(history)
    specs = charts(drawn) if drawn else {}
    seconds = drawn.seconds + drawn.step_s if drawn else 0.001
    specs |= load_charts(history)
    return specs | {f"lanes-{each.spec.name}": lane_chart(each, seconds, bands(history)) for each in drawn_lanes}


def _around(facts: RunRecord, history: History, at: FailureWindow | None, logs: Mapping[str, str]) -> LogsAround | None:
    if at is None:
        return None
    clock_ns = facts.clock_ns or int(facts.started_at.timestamp() * 1e9) - history.span_ns[0]
    excerpt = around(logs, at.begin_ns + clock_ns - AROUND_NS, at.end_ns + clock_ns + AROUND_NS)
    return LogsAround(at.what, excerpt, zero_ns(history) + clock_ns)


def _hit(row: FaultRow) -> Hit:
    return Hit(row.number, row.name, row.target, row.injected_s, row.healed_s)


def _severity(each: Verdict) -> int:
    return SEVERITY.index(each.outcome)
