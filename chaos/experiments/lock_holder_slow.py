"""lock_holder_slow: every holder works for longer than the TTL of its lock, which it has to extend meanwhile.

Nothing breaks an assumption of Redlock, so an overlap of two holders is excused by nothing. Batches want several products each,
and often some that the other instance does not hold: all are locked, or none.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, SLOW_REQUESTS, locked_shop, slow_requests_to_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, Healed, InForceFor, Injected, Minimum
from harness.history import Ending

lock_holder_slow: Experiment[RunningShop] = Experiment(
    name="lock_holder_slow",
    about=(
        "For 20 s requests to product take 2.5 s, and the TTL of a lock is 1 s: holders have to extend it while they wait. Two"
        " order instances want the same products all the time, and are never granted one at once."
    ),
    system=locked_shop({"order": {"LOCK_TTL_S": "1"}}),
    workload=OpenShop(daring=None, products=6, start=Injected(SLOW_REQUESTS), until=Healed(SLOW_REQUESTS), timeout_s=60),
    faults=(slow_requests_to_product("order-*", latency_ms=2500, heal=InForceFor(SLOW_REQUESTS, 20.0)),),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(LOCKS_GRANTED,),
)
