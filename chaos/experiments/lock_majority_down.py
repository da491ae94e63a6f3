"""lock_majority_down: two of three lock masters are killed; without a quorum no order is decided, and none is lost."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, AnyOf, EventsSince, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, Sighting
from harness.faults.kill import kill
from harness.history import Ending

UNDECIDED = AllOf((EventsSince("first_killed", SAGA_POSTPONED, 20), EventsSince("second_killed", SAGA_POSTPONED, 20)))
DECIDED_ALL_THE_SAME = OperationsEnded(PLACE_ORDER, 200)
"""More than can end without a quorum; a run that has failed by it need not wait for sagas that nothing postpones."""

lock_majority_down: Experiment[RunningShop] = Experiment(
    name="lock_majority_down",
    about=(
        "Two of the three lock masters are killed with -9. Until they are back the lock can be granted to nobody: orders are"
        " accepted (202), and decided afterwards, all of them."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_WAIT_S": "1"}},
        watchers=("fences", "locks", "sagas"),
    ),
    workload=OpenShop(until=AllOf((Healed("first_killed"), Healed("second_killed"))), timeout_s=60),
    faults=(
        FaultPlan(
            name="first_killed",
            fault=kill("redis-lock-1"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=AnyOf((UNDECIDED, DECIDED_ALL_THE_SAME)),
        ),
        FaultPlan(
            name="second_killed",
            fault=kill("redis-lock-3"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=AnyOf((UNDECIDED, DECIDED_ALL_THE_SAME)),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="lock_granted", count=20), Sighting(event=SAGA_POSTPONED, count=20)),
)
