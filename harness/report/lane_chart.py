"""Lanes as a Vega-Lite specification: one row for each lane, on the same seconds as the other charts."""

from collections.abc import Sequence

import altair as alt

from harness.experiment.presentation import Tone
from harness.report.charts import Spec, finished, seconds_axis
from harness.report.lanes import Conflict, Interval, Lanes
from harness.report.timeline import Band

TONES = {Tone.GOOD: "#2f9e62", Tone.WEAK: "#8a93a3", Tone.WARN: "#d9822b", Tone.BAD: "#d64545"}
OWNERS = ("#3b82c4", "#8b62c9", "#1f9e98", "#b5893a", "#6f7f95", "#c06ba6")
CLASH = "#d64545"
LANE_PX = 20
OWNER_PX = 12
MOST_OWNERS = 6
MOST_NAME = 13


def lane_chart(drawn: Lanes, seconds: float, faults: Sequence[Band]) -> Spec:
    """The specification; `seconds` is how far the axis reaches at least."""
    end = max(seconds, drawn.end_s)
    x = seconds_axis(end)
    y = alt.Y("lane:N", sort=[shortened(name) for name in drawn.names], title=None, axis=alt.Axis(labelLimit=110, grid=True))
    owners = sorted({each.by for each in drawn.intervals})
    apart = drawn.spec.exclusive and 1 < len(owners) <= MOST_OWNERS  # each has a row of its own within the lane
    lane_px = OWNER_PX * len(owners) + OWNER_PX if apart else LANE_PX
    height = alt.RelativeBandSize(band=0.85) if apart else LANE_PX * 0.6
    bars = (
        alt.Chart(alt.NamedData(name="intervals"))
        .mark_bar(height=height, strokeWidth=1, cornerRadius=1)
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            yOffset=alt.YOffset("by:N", sort=owners) if apart else alt.Undefined,
            fill=alt.Fill("who:N", scale=_colours(drawn)),
            stroke=alt.Stroke("who:N", scale=_colours(drawn)),  # makes short ones visible
            tooltip=["lane:N", "by:N", "told:N", "begin:Q", "end:Q"],
        )
    )
    layers: list[alt.Chart] = [bars]
    rows = {"intervals": [_row(each) for each in drawn.intervals]}
    if drawn.spec.chain:
        layers.append(_joints().encode(x=seconds_axis(end, "end"), y=y))
    if drawn.conflicts:
        layers.append(_frames(lane_px).encode(x=x, x2="end:Q", y=y, tooltip=["lane:N", "told:N", "begin:Q", "end:Q"]))
        rows["conflicts"] = [_conflict_row(each) for each in drawn.conflicts]
    if drawn.taken_over:
        layers.append(_takeovers().encode(x=x, y=y, tooltip=["lane:N", "told:N", "begin:Q"]))
        rows["takeovers"] = [_takeover_row(each) for each in drawn.intervals if each.taken_from]
    return finished(alt.LayerChart(layer=layers), rows, end, faults, height=lane_px * len(drawn.names))


def shortened(name: str) -> str:
    """A name that fits beside a lane."""
    return name if len(name) <= MOST_NAME else f"{name[:8]}…"


def _row(each: Interval) -> dict[str, object]:
    return {
        "lane": shortened(each.lane),
        "by": each.by,
        "who": each.shade.said if each.shade else each.by,
        "told": each.label + (", never ended" if each.open else ""),
        "begin": round(each.begin_s, 4),
        "end": round(each.end_s, 4),
    }


def _colours(drawn: Lanes) -> alt.Scale:
    if drawn.spec.shades:
        said = {each.shade.said: TONES[each.shade.tone] for each in drawn.intervals if each.shade}
        return alt.Scale(domain=list(said), range=list(said.values()))
    owners = sorted({each.by for each in drawn.intervals})
    return alt.Scale(domain=owners, range=[OWNERS[index % len(OWNERS)] for index in range(len(owners))])


def _joints() -> alt.Chart:
    """Where a step ends and the next begins."""
    chart: alt.Chart = alt.Chart(alt.NamedData(name="intervals")).mark_tick(
        thickness=1.5, height=LANE_PX * 0.6, color="black", opacity=0.5
    )
    return chart


def _frames(lane_px: float) -> alt.Chart:
    """Overlaps of owners: a red frame over the whole lane, so that short ones are visible."""
    chart: alt.Chart = alt.Chart(alt.NamedData(name="conflicts")).mark_bar(
        height=lane_px * 0.9, fill=CLASH, fillOpacity=0.3, stroke=CLASH, strokeWidth=2
    )
    return chart


def _conflict_row(each: Conflict) -> dict[str, object]:
    return {
        "lane": shortened(each.lane),
        "begin": round(each.begin_s, 4),
        "end": round(each.end_s, 4),
        "told": f"{each.first.by} ({each.first.label}) and {each.second.by} ({each.second.label}) at once",
    }


def _takeovers() -> alt.Chart:
    """Handovers: where another owner continued."""
    chart: alt.Chart = alt.Chart(alt.NamedData(name="takeovers")).mark_point(
        shape="diamond", size=70, filled=True, color="#8b62c9", stroke="white", strokeWidth=1, opacity=1
    )
    return chart


def _takeover_row(each: Interval) -> dict[str, object]:
    told = f"{each.by} went on in place of {each.taken_from}"
    return {"lane": shortened(each.lane), "begin": round(each.end_s, 4), "told": told}
