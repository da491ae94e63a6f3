"""queue_broker_killed: orders answered 202 are in the queue, unconsumed, and the broker is killed with -9."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, Injected, Minimum, OperationsEnded
from harness.faults.kill import kill
from harness.faults.pause import pause
from harness.history import Ending

queue_broker_killed: Experiment[RunningShop] = Experiment(
    name="queue_broker_killed",
    about=(
        "Both order instances are paused, so that orders are answered 202 and are in RabbitMQ only. Then that is killed with"
        " -9 and started again, and the instances are resumed. Every one of these orders has to be decided."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "gateway": {"ORDER_WAIT_S": "1", "ORDER_ACCEPT_S": "0.3"}},
    ),
    workload=OpenShop(until=AllOf((Healed("order_1_frozen"), Healed("order_2_frozen"))), buyers=40),
    faults=(
        *(
            FaultPlan(
                name=f"order_{number}_frozen",
                fault=pause(f"order-{number}"),
                inject=OperationsEnded(PLACE_ORDER, 30),
                heal=Healed("broker_killed"),
            )
            for number in (1, 2)
        ),
        FaultPlan(
            name="broker_killed",
            fault=kill("rabbitmq"),
            inject=AllOf((Injected("order_1_frozen"), Injected("order_2_frozen"), OperationsEnded(PLACE_ORDER, 36))),
            heal=Injected("broker_killed"),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),),
)
