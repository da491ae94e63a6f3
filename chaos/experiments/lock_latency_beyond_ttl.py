"""lock_latency_beyond_ttl: whatever is said to the lock masters arrives when the lock's time to live is over."""

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
        "Every request to a lock master takes 1.5 s to get there, and a lock lives for 1 s. Nobody can be granted it in time;"
        " what arrives late, acquisitions as well as releases, must free or hold nothing that was won since."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_TTL_S": "1", "LOCK_WAIT_S": "1"}},
        proxied=True,
        watchers=("fences", "locks", "sagas"),
    ),
    workload=OpenShop(until=Healed("masters_far_away"), patience_s=60),
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
