"""trend.html: figures and verdicts over the nights, in one file that needs no network and no server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
from markupsafe import Markup

from harness.report.charts import script
from harness.report.page import embedded, environment
from harness.trend.night import Night
from harness.trend.series import Series, day, series, told
from harness.verdict import SEVERITY, Outcome

MOST_NIGHTS = 120
"""Shown; the file has all."""
MOST_FAILED = 60
LINE, MARK = "#3b82c4", "#d64545"


@dataclass(frozen=True)
class Failed:
    """A run that was not green, and the line that repeats it."""

    day: str
    experiment: str
    seed: int
    outcome: str
    replay: str


def page(nights: Sequence[Night], lost: int = 0) -> str:
    """The page of these nights; `lost` lines of the file could not be read."""
    shown = nights[-MOST_NIGHTS:]
    found = series(shown)
    return (
        environment()
        .get_template("trend.html.j2")
        .render(
            nights=shown,
            days=[day(night.at) for night in shown],
            left_out=len(nights) - len(shown),
            lost=lost,
            series=found,
            changed=[told(each, change, shown) for each in found for change in each.changes],
            verdicts=_verdicts(shown),
            failed=_failed(shown),
            parts=shown[-1].parts if shown else (),
            charts=embedded({f"series-{number}": _sparkline(each, shown) for number, each in enumerate(found)}),
            script=Markup(script()) if found else "",  # noqa: S704 - a library's script, checked to end no element
        )
    )


def _verdicts(nights: Sequence[Night]) -> dict[str, list[str]]:
    """The worst outcome of each experiment in each night, "" where it was not run."""
    names = sorted({run.experiment for night in nights for run in night.runs})
    table = {}
    for name in names:
        row = []
        for night in nights:
            outcomes = [run.outcome for run in night.runs if run.experiment == name]
            row.append(min(outcomes, key=SEVERITY.index).value if outcomes else "")
        table[name] = row
    return table


def _failed(nights: Sequence[Night]) -> list[Failed]:
    """The runs that were not green, the newest first."""
    return [
        Failed(day(night.at), run.experiment, run.seed, run.outcome.value, run.replay)
        for night in reversed(nights)
        for run in night.runs
        if run.outcome is not Outcome.PASS
    ][:MOST_FAILED]


def _sparkline(found: Series, nights: Sequence[Night]) -> dict[str, Any]:
    """A figure's line over all nights, with a rule where it changed."""
    rows = [
        {"night": at, "value": value, "day": day(nights[at].at), "commit": nights[at].commit[:10]}
        for at, value in zip(found.nights, found.values, strict=True)
    ]
    x = alt.X("night:Q", axis=None, scale=alt.Scale(domain=[0, max(1, len(nights) - 1)]))
    line = (
        alt.Chart(alt.NamedData(name="values"))
        .mark_line(color=LINE, point=alt.OverlayMarkDef(size=14, color=LINE))
        .encode(x=x, y=alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False)), tooltip=["day:N", "commit:N", "value:Q"])
    )
    rules = alt.Chart(alt.NamedData(name="changes")).mark_rule(color=MARK, strokeWidth=2).encode(x=x, tooltip=["what:N"])
    chart = alt.layer(line, rules).properties(width=260, height=34).configure(background="transparent", view={"strokeWidth": 0})
    marks = [{"night": found.nights[each.night], "what": told(found, each, nights)} for each in found.changes]
    spec: dict[str, Any] = chart.to_dict()
    return spec | {"datasets": {"values": rows, "changes": marks}}
