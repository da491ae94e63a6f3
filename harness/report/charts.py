"""The charts of a report as Vega-Lite specifications, and the script that draws them without a network.

Colours suit light and dark themes; the page chooses the theme.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt
import vl_convert

from harness.history import Ending
from harness.report.timeline import Band, Timeline

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
SAID = {Ending.OK: "done", Ending.FAIL: "refused", Ending.INFO: "unknown"}
COLOURS = {"done": "#2f9e62", "refused": "#8a93a3", "unknown": "#d9822b"}
LINES = {"p50": "#3b82c4", "p95": "#8b62c9", "slowest": "#c94f7c"}
BAND = "#d64545"
GREY = "#808895"
FAULTS = "faults"
TICKS_MS = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]

Spec = Mapping[str, Any]
Rows = Sequence[Mapping[str, object]]


@cache
def script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script without network requests."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)


def charts(timeline: Timeline) -> dict[str, Spec]:
    """Specifications by the id of the element they are drawn into."""
    end = timeline.seconds + timeline.step_s
    return {
        "throughput": finished(_throughput(end), {"throughput": _throughput_rows(timeline)}, end, timeline.bands),
        "latency": finished(_latency(end), {"latency": _latency_rows(timeline)}, end, timeline.bands),
    }


def finished(
    chart: alt.Chart | alt.LayerChart, rows: Mapping[str, Rows], end_s: float, bands: Sequence[Band], *, height: int = 200
) -> Spec:
    """A chart with its rows by the name of the data, the faults behind it and their numbers above it, as wide as the page."""
    behind, before = _bands(end_s) if bands else ([], [])
    layers = alt.layer(*behind, chart, *before).properties(width="container", height=height)
    configured = layers.configure(
        background="transparent",
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        legend=alt.LegendConfig(orient="bottom", title=None),
        view=alt.ViewConfig(strokeWidth=0),
        axis=alt.AxisConfig(gridColor=GREY, gridOpacity=0.25, domainColor=GREY, tickColor=GREY, titleFontWeight="normal"),
    )
    spec: dict[str, Any] = configured.to_dict()
    return spec | {"datasets": {**rows, FAULTS: _band_rows(bands, end_s)}}  # not before: altair copies and checks every row


def seconds_axis(end_s: float, column: str = "begin", *, binned: bool = False) -> alt.X:
    """The axis that all charts share, from the beginning of the workload to `end_s` seconds after it."""
    scale = alt.Scale(domain=[0, round(end_s, 3)], nice=False)
    title = "seconds since the workload began"
    return alt.X(f"{column}:Q", title=title, scale=scale, bin="binned" if binned else alt.Undefined)


def _throughput_rows(timeline: Timeline) -> Rows:
    return [
        {"begin": round(at, 3), "end": round(at + timeline.step_s, 3), "ending": SAID[ending], "rate": round(rate, 2)}
        for at, ending, rate in timeline.throughput
    ]


def _throughput(end_s: float) -> alt.Chart:
    colour = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    chart: alt.Chart = (
        alt.Chart(alt.NamedData(name="throughput"))
        .mark_bar(binSpacing=0)
        .encode(
            x=seconds_axis(end_s, binned=True),
            x2="end:Q",
            y=alt.Y("rate:Q", title="operations per second", stack="zero"),
            color=alt.Color("ending:N", scale=colour),
            tooltip=["begin:Q", "ending:N", "rate:Q"],
        )
    )
    return chart


def _latency_rows(timeline: Timeline) -> Rows:
    return [
        {"begin": round(at, 3), "quantile": name, "latency": round(milliseconds, 2)}
        for at, name, milliseconds in timeline.latency
    ]


def _latency(end_s: float) -> alt.Chart:
    colour = alt.Scale(domain=list(LINES), range=list(LINES.values()))
    chart: alt.Chart = (
        alt.Chart(alt.NamedData(name="latency"))
        .mark_line(point=alt.OverlayMarkDef(size=18), interpolate="monotone")
        .encode(
            x=seconds_axis(end_s),
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


def _band_rows(bands: Sequence[Band], end_s: float) -> Rows:
    return [
        {
            "begin": round(band.begin_s, 3),
            "end": round(min(band.end_s, end_s), 3),
            "fault": f"{band.fault}: {band.target}",
            "number": str(band.number),
        }
        for band in bands
    ]


def _bands(end_s: float) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """Layers behind and above the data: the interval and number of each fault."""
    base = alt.Chart(alt.NamedData(name=FAULTS)).encode(x=seconds_axis(end_s), tooltip=["fault:N", "begin:Q", "end:Q"])
    area = base.mark_rect(color=BAND, opacity=0.16).encode(x2="end:Q")
    begin = base.mark_rule(color=BAND, opacity=0.8)
    label = base.mark_text(
        align="left", baseline="bottom", dx=1, dy=-3, color=BAND, fontSize=11, fontWeight="bold", clip=False
    ).encode(y=alt.value(0), text="number:N")
    return [area], [begin, label]
