"""queue_publishes_lost: what a gateway publishes never reaches the broker, and nobody tells it so but the missing confirms."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults import partition
from chaos.guarantees.facts import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.history import Ending

queue_publishes_lost: Experiment[RunningShop] = Experiment(
    name="queue_publishes_lost",
    about=(
        "What one of two gateways says to RabbitMQ vanishes on the way, while its connection stays open: it can write, and what"
        " it writes is lost. No order may be called accepted whose confirm did not come; the other gateway goes on selling."
    ),
    system=ShopSystem(instances={"gateway": 2, "order": 2}, environment={"user": CHEAP_PASSWORDS}, proxied=True),
    workload=OpenShop(until=AllOf((Healed("gateway_1_unheard"), OperationsEnded(PLACE_ORDER, 120)))),
    faults=(
        FaultPlan(
            name="gateway_1_unheard",
            fault=partition(("gateway-1",), ("rabbitmq",), one_way=True),
            inject=OperationsEnded(PLACE_ORDER, 40),
            heal=InForceFor("gateway_1_unheard", 6.0),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=10, endings=frozenset({Ending.INFO})),  # told to come back
    ),
)
