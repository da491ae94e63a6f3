"""Reads the counters that an instance of the shop exports as Prometheus text."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx
from prometheus_client.parser import text_string_to_metric_families

Readings: TypeAlias = Mapping[str, float]
"""Values of one counter by the value of one label."""


async def totals(http: httpx.AsyncClient, url: str, sample: str, *, by: str) -> Readings:
    """The sum of the samples of this name for each value of the label `by`. Raises httpx.HTTPError."""
    response = await http.get(f"{url}/metrics")
    response.raise_for_status()
    return read(response.text, sample, by=by)


def read(text: str, sample: str, *, by: str) -> Readings:
    """The same, of a page's text."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            if each.name == sample:
                key = each.labels.get(by, "")
                found[key] = found.get(key, 0.0) + each.value
    return found
