"""queue_poison_message: messages that are no order, or can never become one, are published among the real ones."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.poison import poison
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, Injected, Minimum, OperationsEnded
from harness.history import Ending

queue_poison_message: Experiment[RunningShop] = Experiment(
    name="queue_poison_message",
    about=(
        "Twice, messages that cannot be read, or that can never be fulfilled, or that make a handler fail, are published"
        " into the queue of the real orders. They, and only they, end in the dead-letter queue; the others are not delayed."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"user": CHEAP_PASSWORDS}),
    workload=OpenShop(until=AllOf((Healed("second_dose"), OperationsEnded(PLACE_ORDER, 120)))),
    faults=(
        FaultPlan(
            name="first_dose",
            fault=poison(1),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=Injected("first_dose"),
        ),
        FaultPlan(
            name="second_dose",
            fault=poison(1),
            inject=AllOf((Healed("first_dose"), OperationsEnded(PLACE_ORDER, 70))),
            heal=Injected("second_dose"),
        ),
    ),
    guarantees=("hopeless_messages_kept", *OF_A_SALE),
    minimums=(Minimum(operation=PLACE_ORDER, count=120, endings=frozenset({Ending.OK})),),
)
