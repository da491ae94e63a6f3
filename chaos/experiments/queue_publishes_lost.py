"""queue_publishes_lost: a gateway's publishes never reach the broker; only missing confirms show it."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Injected, Minimum, OperationsEnded
from harness.faults.cut import cut
from harness.faults.partition import partition
from harness.history import Ending

queue_publishes_lost: Experiment[RunningShop] = Experiment(
    name="queue_publishes_lost",
    about=(
        "What one of two gateways sends to RabbitMQ is lost, while its connection stays open, and it cannot reach order"
        " either. Its writes to the socket succeed and are lost: no order may be answered 202 without a confirm."
    ),
    system=ShopSystem(instances={"gateway": 2, "order": 2}, environment={"user": CHEAP_PASSWORDS}, proxied=True),
    workload=OpenShop(
        until=AllOf((Healed("order_out_of_reach"), OperationsEnded(PLACE_ORDER, 120))),
        buyers=40,
        habits=Habits(retries=0.9, attempts=30, pays=0.5, polls=1),
    ),
    faults=(
        FaultPlan(
            name="order_out_of_reach",
            fault=cut("gateway-1->order-*"),
            inject=OperationsEnded(PLACE_ORDER, 40),
            heal=Healed("gateway_1_unheard"),
        ),
        FaultPlan(
            name="gateway_1_unheard",
            fault=partition(("gateway-1",), ("rabbitmq",), one_way=True),
            inject=Injected("order_out_of_reach"),
            heal=InForceFor("gateway_1_unheard", 6.0),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=5, endings=frozenset({Ending.INFO})),  # answered 503
    ),
)
