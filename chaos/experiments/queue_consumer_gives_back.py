"""queue_consumer_gives_back: a third consumer takes commands and gives each back late, so that they come in another order."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.giving_back import giving_back
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, Minimum, OperationsEnded
from harness.history import Ending

queue_consumer_gives_back: Experiment[RunningShop] = Experiment(
    name="queue_consumer_gives_back",
    about=(
        "Beside two order instances a third consumer takes commands and rejects each after 300 ms, to be delivered again."
        " Every order is decided once, and those that were answered 202 meanwhile as well."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"user": CHEAP_PASSWORDS, "gateway": {"ORDER_WAIT_S": "1"}}),
    workload=OpenShop(until=Healed("gives_back"), habits=Habits(retries=0.9, attempts=30, pays=0.7)),
    faults=(
        FaultPlan(
            name="gives_back",
            fault=giving_back(hold_ms=300),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=OperationsEnded(PLACE_ORDER, 90),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=70, endings=frozenset({Ending.OK})),),
)
