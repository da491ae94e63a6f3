"""lock_latency_beyond_ttl: every request to the lock masters is delayed by more than the lock's TTL."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.direction import Direction
from harness.experiment import EventsSince, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, Sighting
from harness.faults.toxic import toxic
from harness.history import Ending

lock_latency_beyond_ttl: Experiment[RunningShop] = Experiment(
    name="lock_latency_beyond_ttl",
    about=(
        "Every request to a lock master is delayed by 1.5 s, and the TTL of a lock is 1 s. No lock can be granted in time;"
        " late acquisitions and releases must neither hold nor free a lock that was granted since."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_TTL_S": "1", "LOCK_WAIT_S": "1"}},
        proxied=True,
        watchers=("fences", "locks", "sagas"),
    ),
    workload=OpenShop(until=Healed("masters_far_away"), timeout_s=60),
    faults=(
        FaultPlan(
            name="masters_far_away",
            fault=toxic("latency", "order-*->redis-lock-*", stream=Direction.UPSTREAM, latency=1500),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=EventsSince("masters_far_away", SAGA_POSTPONED, 20),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="lock_granted", count=20), Sighting(event=SAGA_POSTPONED, count=20)),
)
