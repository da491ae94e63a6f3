"""queue_broker_restart: the broker is restarted while orders, replies and events pass through it."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Exercised, Experiment, FaultPlan, Healed, Injected, Minimum, OperationsEnded
from harness.faults.restart import restart
from harness.history import Ending

queue_broker_restart: Experiment[RunningShop] = Experiment(
    name="queue_broker_restart",
    about=(
        "RabbitMQ is stopped in an orderly way and started again while customers buy, from two order and two payment instances."
        " Confirmed messages survive; meanwhile customers are answered 503."
    ),
    system=ShopSystem(instances={"order": 2, "payment": 2}, environment={"user": CHEAP_PASSWORDS}),
    workload=OpenShop(until=Healed("broker_restarted")),
    faults=(
        FaultPlan(
            name="broker_restarted",
            fault=restart("rabbitmq"),
            inject=OperationsEnded(PLACE_ORDER, 40),
            heal=Injected("broker_restarted"),
        ),
    ),
    guarantees=OF_A_SALE,
    ceilings=(DECIDED_SOON,),
    minimums=(
        Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=10, endings=frozenset({Ending.INFO})),  # answered 503
    ),
    exercised=(
        Exercised(guarantee="one_order_per_key", counted="keys sent again", at_least=6),
        Exercised(guarantee="legal_transitions", counted="read more than once", at_least=40),
        Exercised(guarantee="rightful_requests_succeed", counted="payments", at_least=15),
        Exercised(guarantee="charged_at_most_once", counted="captures", at_least=15),
    ),
    default=True,
)
