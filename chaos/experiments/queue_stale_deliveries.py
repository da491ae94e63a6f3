"""queue_stale_deliveries: consumers lose the broker with deliveries in hand, and meet these again beside fresh ones."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Injected, Minimum, OperationsEnded
from harness.faults.cut import cut
from harness.faults.stall import stall
from harness.history import Ending

queue_stale_deliveries: Experiment[RunningShop] = Experiment(
    name="queue_stale_deliveries",
    about=(
        "An order instance gets no byte of its database for 5 s while commands are delivered to it; meanwhile its connection to"
        " the broker is cut for 1 s. What it was delivered before is void by then; what it is delivered afterwards is not."
    ),
    system=ShopSystem(
        environment={"user": CHEAP_PASSWORDS, "gateway": {"ORDER_WAIT_S": "1", "ORDER_ACCEPT_S": "0.3"}}, proxied=True
    ),
    workload=OpenShop(until=Healed("database_silent"), buyers=40, habits=Habits(retries=0.9, attempts=30, pays=0.7)),
    faults=(
        FaultPlan(
            name="database_silent",
            fault=stall("order-*->mysql"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=AllOf((Healed("broker_cut"), InForceFor("database_silent", 5.0))),
        ),
        FaultPlan(
            name="broker_cut",
            fault=cut("order-*->rabbitmq"),
            inject=AllOf((Injected("database_silent"), InForceFor("database_silent", 2.0))),
            heal=InForceFor("broker_cut", 1.0),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),),
)
