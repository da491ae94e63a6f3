"""queue_consumer_killed_before_ack: orders are stored, their acknowledgements lost, the instance killed, all redelivered."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.killed_holding import killed_holding
from chaos.observations.events import REDELIVERED
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, Injected, Minimum, OperationsEnded, Sighting
from harness.history import Ending

queue_consumer_killed_before_ack: Experiment[RunningShop] = Experiment(
    name="queue_consumer_killed_before_ack",
    about=(
        "An order instance stores orders while nothing it sends reaches the broker: no acknowledgement, no reply. Then it"
        " is killed with -9. The broker delivers the same commands to the other instance, which must not repeat their effects."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS},
        proxied=True,
        watchers=("deliveries",),
    ),
    workload=OpenShop(until=Healed("killed_before_ack")),
    faults=(
        FaultPlan(
            name="killed_before_ack",
            fault=killed_holding("order-1", "rabbitmq", "unacknowledged"),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=AllOf((Injected("killed_before_ack"), OperationsEnded(PLACE_ORDER, 80))),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=70, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event=REDELIVERED),),
)
