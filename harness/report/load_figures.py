"""What a load run shows besides what every run does: the generator, latencies from when they were due, users, and statuses."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from harness.history import History
from harness.load.events import GENERATOR, LATENCIES, PROGRESS
from harness.report.charts import finished, seconds_axis
from harness.report.timeline import timeline, zero_ns

USERS, STATUSES = "load-users", "load-statuses"
"""The ids of the elements that the charts are drawn into."""
MOST_BINS = 60
NO_ANSWER = "none"
MIB = 1 << 20


@dataclass(frozen=True)
class GeneratorRow:
    """A process of Locust: visits due and begun late, its longest delay (s), CPU (s), memory (MiB)."""

    process: str
    visits: int
    late: int
    longest_late_s: float
    cpu_s: float
    resident_mib: float


@dataclass(frozen=True)
class LatencyRow:
    """Percentiles (ms) of an operation from when it was due, by their names; the longest is p100."""

    operation: str
    count: int
    percentiles: Mapping[str, float]


@dataclass(frozen=True)
class LoadFigures:
    """The tables of a load run."""

    generator: tuple[GeneratorRow, ...]
    latencies: tuple[LatencyRow, ...]


def load_figures(history: History) -> LoadFigures | None:
    """The tables; None of a run that was no load."""
    generator = tuple(_generator(event.detail) for event in history.events if event.event == GENERATOR)
    latencies = tuple(_latencies(event.subject, event.detail) for event in history.events if event.event == LATENCIES)
    return LoadFigures(generator, latencies) if generator else None


def load_charts(history: History) -> dict[str, Any]:
    """Specifications by the id of the element; none of a run that was no load."""
    drawn = timeline(history)
    users = [
        {"begin": round((event.time_ns - zero_ns(history)) / 1e9, 2), "users": _number(event.detail, "users")}
        for event in history.events
        if event.event == PROGRESS
    ]
    if drawn is None or not users:
        return {}
    end = drawn.seconds + drawn.step_s
    statuses, step = _statuses(history, end)
    return {
        USERS: finished(_users(end), {"users": users}, end, drawn.bands, height=110),
        STATUSES: finished(_by_status(end, step), {"statuses": statuses}, end, drawn.bands),
    }


def _generator(detail: Mapping[str, Any]) -> GeneratorRow:
    return GeneratorRow(
        process=str(detail["process"]),
        visits=int(_number(detail, "visits")),
        late=int(_number(detail, "late")),
        longest_late_s=_number(detail, "longest_late_s"),
        cpu_s=_number(detail, "cpu_s"),
        resident_mib=round(_number(detail, "resident_bytes") / MIB, 1),
    )


def _latencies(operation: str, detail: Mapping[str, Any]) -> LatencyRow:
    found = {name.removesuffix("_ms"): _number(detail, name) for name in detail if name.startswith("p")}
    return LatencyRow(operation, int(_number(detail, "count")), found)


def _number(detail: Mapping[str, Any], name: str) -> float:
    return float(str(detail.get(name, 0)))


def _statuses(history: History, end_s: float) -> tuple[Sequence[Mapping[str, object]], float]:
    """Answers a second by status, in at most MOST_BINS steps of the same length (s)."""
    step = max(0.25, math.ceil(4 * end_s / MOST_BINS) / 4)
    zero = zero_ns(history)
    counted: Counter[tuple[int, str]] = Counter()
    for each in history.operations:
        if each.completed_ns is not None and each.invoked_ns >= zero:
            at = int((each.completed_ns - zero) / 1e9 / step)
            counted[at, NO_ANSWER if each.status is None else str(each.status)] += 1
    rows = [
        {"begin": round(at * step, 2), "end": round((at + 1) * step, 2), "status": status, "rate": round(count / step, 2)}
        for (at, status), count in sorted(counted.items())
    ]
    return rows, step


def _users(end: float) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(alt.NamedData(name="users"))
        .mark_line(interpolate="step-after")
        .encode(x=seconds_axis(end), y=alt.Y("users:Q", title="users"), tooltip=["begin:Q", "users:Q"])
    )
    return chart


def _by_status(end: float, step: float) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(alt.NamedData(name="statuses"))
        .mark_bar(binSpacing=0)
        .encode(
            x=seconds_axis(end, binned=True),
            x2="end:Q",
            y=alt.Y("rate:Q", title=f"answers per second, in steps of {step:g} s", stack="zero"),
            color=alt.Color("status:N"),
            tooltip=["begin:Q", "status:N", "rate:Q"],
        )
    )
    return chart
