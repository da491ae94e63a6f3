"""lock_master_down: one of three lock masters is killed; two are a quorum, so locks are still granted."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import EventsSince, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, ServiceLevel, Sighting
from harness.faults.kill import kill_one_of
from harness.history import Ending

lock_master_down: Experiment[RunningShop] = Experiment(
    name="lock_master_down",
    about=(
        "One of the three lock masters is killed with -9 while two order instances take turns, and comes back once the lock"
        " was granted 30 times without it. Locks that it had granted are on its disk, and must still be held."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS},
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(until=Healed("lock_master_killed")),
    faults=(
        FaultPlan(
            name="lock_master_killed",
            fault=kill_one_of("redis-lock-1", "redis-lock-2", "redis-lock-3"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=EventsSince("lock_master_killed", "lock_granted", 30),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, per_second=2.0, endings=frozenset({Ending.OK})),),
    # Seen: 11 orders a second.
    levels=(ServiceLevel(operation=PLACE_ORDER, succeeded=60, unserved=0.02, p99_s=6.0, per_second=1.2),),
    ceilings=(DECIDED_SOON,),
    sightings=(Sighting(event="lock_granted", count=40), Sighting(event="lock_released", count=40)),
)
