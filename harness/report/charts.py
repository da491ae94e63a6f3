"""The charts of a report as Vega-Lite specifications, and the script that draws them without a network.

Colours are readable on light and dark ground; the page chooses the theme.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import altair as alt
import vl_convert

from harness.history import Ending
from harness.report.timeline import Timeline

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
SAID = {Ending.OK: "done", Ending.FAIL: "refused", Ending.INFO: "unknown"}
COLOURS = {"done": "#2f9e62", "refused": "#8a93a3", "unknown": "#d9822b"}
LINES = {"p50": "#3b82c4", "p95": "#8b62c9", "slowest": "#c94f7c"}
BAND = "#d64545"
TICKS_MS = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]

Spec = Mapping[str, Any]


@cache
def script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that asks nobody for anything."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)


def charts(timeline: Timeline) -> dict[str, Spec]:
    """Specifications by the id of the element they are drawn into."""
    return {"throughput": _spec(_throughput(timeline), timeline), "latency": _spec(_latency(timeline), timeline)}


def _spec(chart: alt.Chart, timeline: Timeline) -> Spec:
    behind, before = _bands(timeline)
    layers = alt.layer(*behind, chart, *before).properties(width="container", height=200)
    configured = layers.configure(
        background="transparent",
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        legend=alt.LegendConfig(orient="bottom", title=None),
        view=alt.ViewConfig(strokeWidth=0),
    )
    spec: dict[str, Any] = configured.to_dict()
    return spec


def _time(timeline: Timeline, *, binned: bool = False) -> alt.X:
    scale = alt.Scale(domain=[0, round(timeline.seconds + timeline.step_s, 3)], nice=False)
    title = "seconds since the workload began"
    return alt.X("begin:Q", title=title, scale=scale, bin="binned" if binned else alt.Undefined)


def _throughput(timeline: Timeline) -> alt.Chart:
    rows = [
        {"begin": round(at, 3), "end": round(at + timeline.step_s, 3), "ending": SAID[ending], "rate": round(rate, 2)}
        for at, ending, rate in timeline.throughput
    ]
    colour = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(binSpacing=0)
        .encode(
            x=_time(timeline, binned=True),
            x2="end:Q",
            y=alt.Y("rate:Q", title="operations per second", stack="zero"),
            color=alt.Color("ending:N", scale=colour),
            tooltip=["begin:Q", "ending:N", "rate:Q"],
        )
    )
    return chart


def _latency(timeline: Timeline) -> alt.Chart:
    rows = [
        {"begin": round(at, 3), "quantile": name, "latency": round(milliseconds, 2)}
        for at, name, milliseconds in timeline.latency
    ]
    colour = alt.Scale(domain=list(LINES), range=list(LINES.values()))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=18), interpolate="monotone")
        .encode(
            x=_time(timeline),
            y=alt.Y(
                "latency:Q",
                title="latency in ms",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(values=TICKS_MS, labelOverlap="greedy"),
            ),
            color=alt.Color("quantile:N", scale=colour),
            tooltip=["begin:Q", "quantile:N", "latency:Q"],
        )
    )
    return chart


def _bands(timeline: Timeline) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """What is drawn behind and before the data: when each fault was in force, and what it was done to."""
    if not timeline.bands:
        return [], []
    rows = [
        {
            "begin": round(band.begin_s, 3),
            "end": round(min(band.end_s, timeline.seconds + timeline.step_s), 3),
            "fault": f"{band.fault}: {band.target}",
            "target": band.target,
        }
        for band in timeline.bands
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=_time(timeline), tooltip=["fault:N", "begin:Q", "end:Q"])
    area = base.mark_rect(color=BAND, opacity=0.16).encode(x2="end:Q")
    begin = base.mark_rule(color=BAND, opacity=0.8)
    label = base.mark_text(align="left", baseline="bottom", dx=1, dy=-3, color=BAND, fontSize=10, clip=False).encode(
        y=alt.value(0), text="target:N"
    )
    return [area], [begin, label]
