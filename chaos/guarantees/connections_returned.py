"""Leaks of connections and channels: what the servers hold before the workload and at rest after it, as they say themselves.

Pools keep what they once needed, so a bound is what a pool may keep, for each instance; a leak by each request exceeds it soon.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chaos.guarantees import reading
from chaos.observations.rest import CONNECTIONS, ConnectionsRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

MORE: Mapping[str, int] = MappingProxyType({"mysql": 24, "redis": 40, "rabbitmq": 4})
"""By how many for each instance a server may hold more: as many as a pool may open, and what a cut left half open."""


@guarantee
def connections_returned(history: History) -> Finding:
    """At rest no server holds more connections or channels than before the workload, but for what pools keep."""
    found = reading.rows(history, CONNECTIONS, ConnectionsRow)
    leaks = tuple(
        Violation(
            what=f"{row.server} holds {row.after} {row.what}, and held {row.before} before the workload:"
            f" {row.after - row.before} more, of {row.clients} instances",
            facts={"server": row.server, "what": row.what, "before": row.before, "after": row.after},
        )
        for row in found
        if row.after - row.before > row.clients * MORE[row.kind]
    )
    growth = max((row.after - row.before for row in found), default=0)
    return Finding(judged=len(found), violations=leaks, counts={"largest growth": growth})
