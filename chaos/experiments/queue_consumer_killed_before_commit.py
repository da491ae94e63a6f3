"""queue_consumer_killed_before_commit: an instance is killed with unacknowledged commands that it could not store."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.killed_holding import killed_holding
from chaos.observations.events import REDELIVERED
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, InForceFor, Injected, Minimum, OperationsEnded, Sighting
from harness.faults.cut import cut
from harness.history import Ending

ANSWERED_S = 4.0
"""By then every request whose command the killed instance had is answered: the gateway waits 1.5 s, and 1 s for order."""

queue_consumer_killed_before_commit: Experiment[RunningShop] = Experiment(
    name="queue_consumer_killed_before_commit",
    about=(
        "An order instance consumes commands while nothing it sends reaches the database, and is killed with -9. Meanwhile"
        " the gateway cannot reach order, so that its 202 depends on the queue alone. The commands must be redelivered."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "gateway": {"ORDER_WAIT_S": "1.5"}},
        proxied=True,
        watchers=("deliveries",),
    ),
    workload=OpenShop(until=Healed("order_out_of_reach"), habits=Habits(retries=0.9, attempts=30, pays=0.5, polls=1)),
    faults=(
        FaultPlan(
            name="order_out_of_reach",
            fault=cut("gateway-1->order-*"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=Healed("killed_before_commit"),
        ),
        FaultPlan(
            name="killed_before_commit",
            fault=killed_holding("order-1", "mysql", "uncommitted"),
            inject=Injected("order_out_of_reach"),
            heal=InForceFor("killed_before_commit", ANSWERED_S),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=45, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event=REDELIVERED),),
)
