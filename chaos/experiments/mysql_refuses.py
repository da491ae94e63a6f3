"""mysql_refuses: the database is up and refuses work: it is read-only for a while, or rolls transactions back for deadlocks.

Siblings that differ in what it refuses. Nothing that was answered may be lost, and what was refused is told as 503 or repeated.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.events import NOT_READY, READY_AGAIN
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded, Sighting
from harness.faults.deadlock import deadlock
from harness.faults.inventory import Declaration
from harness.faults.read_only import read_only
from harness.history import Ending

SECONDS = 7.0
"""How long it refuses."""


def _refuses(name: str, fault: Declaration, about: str, *sightings: Sighting) -> Experiment[RunningShop]:
    return Experiment(
        name=name,
        about=f"Two instances of order and of product serve customers. For {SECONDS:g} s, {about}",
        system=ShopSystem(
            instances={"order": 2, "product": 2},
            environment={"user": CHEAP_PASSWORDS, "order": {"SAGA_LEASE_S": "3"}},
            watchers=("locks", "readiness"),
        ),
        workload=OpenShop(until=Healed(name), habits=Habits(retries=0.9, attempts=30, pays=0.7)),
        faults=(FaultPlan(name=name, fault=fault, inject=OperationsEnded(PLACE_ORDER, 30), heal=InForceFor(name, SECONDS)),),
        guarantees=OF_A_LOCKED_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=45, endings=frozenset({Ending.OK})),),
        sightings=sightings,
    )


mysql_read_only = _refuses(
    "mysql_read_only",
    read_only("mysql"),
    "the database answers reads and refuses every write, as after a failover. The shop says that it is not ready.",
    Sighting(event=NOT_READY),
    Sighting(event=READY_AGAIN),
)
mysql_flaps = _refuses(
    "mysql_flaps",
    read_only("mysql", flaps_ms=40),
    "the database refuses writes and accepts them in turn, every 40 ms: of work in two transactions one may be refused.",
)
mysql_deadlocks = _refuses(
    "mysql_deadlocks",
    deadlock("mysql", schema="product", first="reservations", last="stock"),
    "the database rolls transactions on stock back for deadlocks.",
)
