"""What members of a stack say needs somebody's attention: metrics that should be 0 and are not (`alarms` in services.toml)."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from harness.stack.view import StackView

PORT = "metrics"
_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Alarm:
    """A metric of a member that is not 0; `advice` says what to do about it."""

    member: str
    metric: str
    value: float
    advice: str


def alarms(stack: StackView) -> list[Alarm]:
    """Those of all members that run. One that does not answer within 2 s has none: that it is ill is told elsewhere."""
    wanted = stack.manifest.alarms
    if not wanted:
        return []
    found = []
    with httpx.Client(timeout=_TIMEOUT_S, trust_env=False) as http:
        for instance in stack.instances():
            if not instance.alive or PORT not in instance.ports:
                continue
            try:
                page = http.get(f"http://{stack.address(instance.name, PORT)}/metrics").raise_for_status().text
            except httpx.HTTPError:
                continue
            found += [Alarm(instance.name, name, value, wanted[name]) for name, value in _samples(page) if wanted.get(name)]
    return found


def _samples(page: str) -> Iterator[tuple[str, float]]:
    """Samples that are not 0, added up over their labels."""
    totals: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
    return ((name, value) for name, value in totals.items() if value)
