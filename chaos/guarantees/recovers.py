"""The system recovers after the last fault is healed, without intervention.

It is measured by a probe: real orders from the last heal on, until several in a row are reserved; anything else is no service.
Operations of the workload and health rows are judged beside it: of these a definite answer is healthy, including a refusal, and
a 5xx, no answer, or a failed row at the end is not. What was before the last heal is not judged.
"""

from collections.abc import Iterable

from chaos.guarantees import reading
from chaos.observations import identity
from chaos.observations.orders import AT_THE_SHOP
from chaos.observations.rest import HEALTH
from harness.checkers import HealthSample, recovered, served_again
from harness.history import PROBE, History, attempts, last_heal_ns
from harness.verdict import Finding, guarantee

BOUND_S = 30.0
"""Seconds after the last heal in which failures are allowed: leases and circuit breakers have to expire."""

CUT_SHORT = "CancelledError"
"""The error of an operation that its own client cancelled."""


@guarantee
def recovers(history: History) -> Finding:
    """Healthy again within the bound after the last fault heals: real orders are served, and nothing fails any more."""
    healed_ns = last_heal_ns(history)
    if healed_ns is None:
        return Finding(judged=0)
    finding = recovered([*_operations(history), *_looks(history)], healed_ns, BOUND_S)
    probed = attempts(history)
    return finding + served_again(probed, healed_ns, BOUND_S) if probed else finding  # runs of before had no probe


def _operations(history: History) -> Iterable[HealthSample]:
    """Operations of the workload's clients, except those cancelled with the run."""
    for each in history.named(*AT_THE_SHOP, *identity.AT_THE_SHOP):
        if each.completed_ns is None or each.process == PROBE or each.error.startswith(CUT_SHORT):
            continue
        said = f"{each.name} ended {each.status or each.error}"
        well = each.status is not None and each.status < 500
        yield HealthSample(said, well, each.invoked_ns, each.completed_ns, each.id)


def _looks(history: History) -> Iterable[HealthSample]:
    if reading.was_observed(history, HEALTH):
        at_ns = history.observed_at_ns(HEALTH)
        yield from (HealthSample(f"{row.part}: {row.detail}", row.well, at_ns, at_ns) for row in reading.health(history))
