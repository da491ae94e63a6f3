"""What a real Toxiproxy tells about traffic: two counters of bytes per proxy and direction, at /metrics.

It has them with `-proxy-metrics` only, and it counts a connection when that has ended: what is under way is not in the
figures yet. A connection that broke while it was written to counts as received, and none of it as sent. Figures belong to a
name, not to a proxy: they outlive one that is deleted, and go on when another is made under its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from harness.direction import Direction

RECEIVED = "toxiproxy_proxy_received_bytes_total"
SENT = "toxiproxy_proxy_sent_bytes_total"


@dataclass(frozen=True)
class Counted:
    """Bytes of one direction that came in and went out, of connections that have ended."""

    received: int = 0
    sent: int = 0


def counted(exposition: str, proxy: str) -> Mapping[Direction, Counted]:
    """Both directions of one proxy, wherever it has listened and led to so far. Raises ValueError for what is no exposition."""
    totals = {(name, direction): 0 for name in (RECEIVED, SENT) for direction in Direction}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name in (RECEIVED, SENT) and sample.labels.get("proxy") == proxy:
                totals[sample.name, Direction(sample.labels["direction"])] += int(sample.value)
    return {direction: Counted(totals[RECEIVED, direction], totals[SENT, direction]) for direction in Direction}
