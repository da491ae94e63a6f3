"""queue_before_its_consumer: orders are paid before payment has ever reached the broker; every event waits for it."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.queue_deleted import queue_deleted
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AtOnce, Exercised, Experiment, FaultPlan, Healed, Injected, Minimum, OperationsEnded
from harness.faults.cut import cut
from harness.history import Ending

queue_before_its_consumer: Experiment[RunningShop] = Experiment(
    name="queue_before_its_consumer",
    about=(
        "Payment is cut off from RabbitMQ, which has no queue of its events, as a new broker has none. Then orders are paid."
        " When payment comes back, every paid order is confirmed."
    ),
    system=ShopSystem(instances={"order": 2, "payment": 2}, environment={"user": CHEAP_PASSWORDS}, proxied=True),
    workload=OpenShop(
        start=Injected("no_queue"), until=Healed("payment_cut_off"), habits=Habits(retries=0.9, attempts=30, pays=0.7)
    ),
    faults=(
        FaultPlan(
            name="payment_cut_off",
            fault=cut("payment-*->rabbitmq"),
            inject=AtOnce(),
            heal=OperationsEnded(COMPLETE_ORDER, 25, frozenset({Ending.OK})),
        ),
        FaultPlan(
            name="no_queue",
            fault=queue_deleted("payment.order-events"),
            inject=Injected("payment_cut_off"),
            heal=Healed("payment_cut_off"),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=45, endings=frozenset({Ending.OK})),),
    exercised=(Exercised(guarantee="charged_at_most_once", counted="captures", at_least=25),),
)
