"""queue_memory_alarm: the broker raises its memory alarm and reads nothing from publishers."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.faults.memory_alarm import memory_alarm
from harness.history import Ending

queue_memory_alarm: Experiment[RunningShop] = Experiment(
    name="queue_memory_alarm",
    about=(
        "RabbitMQ's memory alarm lasts longer than publishers wait for a confirm: they are blocked, their connections stay"
        " open. Customers are answered 503 in time, and a command that was published all the same makes one order."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"user": CHEAP_PASSWORDS}),
    workload=OpenShop(until=AllOf((Healed("out_of_memory"), OperationsEnded(PLACE_ORDER, 120)))),
    faults=(
        FaultPlan(
            name="out_of_memory",
            fault=memory_alarm("rabbitmq"),
            inject=OperationsEnded(PLACE_ORDER, 40),
            heal=InForceFor("out_of_memory", 6.0),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=10, endings=frozenset({Ending.INFO})),  # answered 503
    ),
)
