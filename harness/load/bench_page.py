"""bench.html: CPU of each scenario by process, beside the limits of the parts, in one file without a network."""

from collections.abc import Sequence
from typing import Any

import altair as alt
from markupsafe import Markup

from harness.load.bench import Figure, Limit
from harness.report.charts import finished, script
from harness.report.page import embedded, environment


def page(about: str, found: Sequence[Figure], limits: Sequence[Limit]) -> str:
    """The page of a bench."""
    specs = {"cpu": _cpu(found)} if found else {}
    return (
        environment()
        .get_template("bench.html.j2")
        .render(
            about=about,
            figures=found,
            limits=limits,
            charts=embedded(specs),
            script=Markup(script()) if specs else "",  # noqa: S704 - a library's script, checked to end no element
        )
    )


def _cpu(found: Sequence[Figure]) -> Any:
    rows = [
        {"scenario": each.name, "process": process, "ms": milliseconds}
        for each in found
        for process, milliseconds in each.cpu_ms_by_process.items()
    ]
    bars = (
        alt.Chart(alt.NamedData(name="cpu"))
        .mark_bar()
        .encode(
            y=alt.Y("scenario:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
            x=alt.X("ms:Q", title="CPU-ms for each operation", stack="zero"),
            color=alt.Color("process:N", scale=alt.Scale(scheme="tableau20"), legend=alt.Legend(columns=7)),
            tooltip=["scenario:N", "process:N", "ms:Q"],
        )
    )
    return finished(bars, {"cpu": rows}, 1.0, (), height=36 * len(found) + 20)
