"""The system recovers after the last fault is healed, without intervention.

Healthy is a definite answer, including a refusal; unhealthy is a 5xx, no answer, or a failed health row at the end. Operations
before the last heal are not judged.
"""

from collections.abc import Iterable

from chaos.guarantees import reading
from chaos.observations import identity
from chaos.observations.orders import AT_THE_SHOP
from chaos.observations.rest import HEALTH
from harness.checkers import HealthSample, recovered
from harness.history import FaultPhase, History
from harness.verdict import Finding, guarantee

BOUND_S = 30.0
"""Seconds after the last heal in which failures are allowed: leases and circuit breakers have to expire."""

CUT_SHORT = "CancelledError"
"""The error of an operation that its own client cancelled."""


@guarantee
def recovers(history: History) -> Finding:
    """Healthy again within the bound after the last fault heals."""
    healed_ns = _last_heal(history)
    if healed_ns is None:
        return Finding(judged=0)
    return recovered([*_operations(history), *_looks(history)], healed_ns, BOUND_S)


def _last_heal(history: History) -> int | None:
    """When the last fault was healed; None when there was none, or one was never healed."""
    open_faults: set[str] = set()
    healed_ns: int | None = None
    for record in history.faults:
        if record.phase is FaultPhase.INJECT:
            open_faults.add(record.fault)
        elif record.phase is FaultPhase.HEAL:
            open_faults.discard(record.fault)
            healed_ns = record.time_ns
    return None if open_faults else healed_ns


def _operations(history: History) -> Iterable[HealthSample]:
    """Clients' operations, except those cancelled with the run."""
    for each in history.named(*AT_THE_SHOP, *identity.AT_THE_SHOP):
        if each.completed_ns is None or each.error.startswith(CUT_SHORT):
            continue
        said = f"{each.name} ended {each.status or each.error}"
        well = each.status is not None and each.status < 500
        yield HealthSample(said, well, each.invoked_ns, each.completed_ns, each.id)


def _looks(history: History) -> Iterable[HealthSample]:
    if reading.was_observed(history, HEALTH):
        at_ns = history.observed_at_ns(HEALTH)
        yield from (HealthSample(f"{row.part}: {row.detail}", row.well, at_ns, at_ns) for row in reading.health(history))
