"""lock_disk_full: the disk of a lock master is full, then also that of a second one: no quorum, and no lock, until it heals."""

from chaos.experiments.held_lock import LOCKS_GRANTED, locked_shop
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.faults.disk_full import SMALL_DISK, disk_full
from harness.history import Ending

lock_disk_full: Experiment[RunningShop] = Experiment(
    name="lock_disk_full",
    about=(
        "While two order instances take turns, one lock master cannot write to its disk any more: two are a quorum. Then a"
        " second one cannot either: no lock is granted, and orders wait. All are decided when there is space again."
    ),
    system=locked_shop({"redis-lock-1": SMALL_DISK, "redis-lock-2": SMALL_DISK}),
    workload=OpenShop(until=AllOf((Healed("first_full"), Healed("second_full"))), timeout_s=60),
    faults=(
        FaultPlan(
            name="first_full",
            fault=disk_full("redis-lock-1"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=Healed("second_full"),
        ),
        FaultPlan(
            name="second_full",
            fault=disk_full("redis-lock-2"),
            inject=AllOf((InForceFor("first_full", 2.0), OperationsEnded(PLACE_ORDER, 50))),
            heal=InForceFor("second_full", 4.0),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),),
    sightings=(LOCKS_GRANTED,),
)
