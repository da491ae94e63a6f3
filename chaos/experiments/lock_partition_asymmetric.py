"""lock_partition_asymmetric: one of two order instances reaches the lock masters, but gets none of their answers.

It acquires locks without learning it, and has to release each at once, or the other instance cannot proceed.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import EventsSince, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, Sighting
from harness.faults.partition import partition
from harness.history import Ending

lock_partition_asymmetric: Experiment[RunningShop] = Experiment(
    name="lock_partition_asymmetric",
    about=(
        "What the lock masters answer to order-1 is lost, while its requests arrive. order-2 also decides the orders that"
        " order-1 cannot, until it has been granted the lock 8 times."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_TTL_S": "2", "LOCK_WAIT_S": "1"}},
        proxied=True,
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(daring=None, products=1, until=Healed("order_1_deaf"), timeout_s=60),
    faults=(
        FaultPlan(
            name="order_1_deaf",
            fault=partition(("redis-lock-*",), ("order-1",), one_way=True),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=EventsSince("order_1_deaf", "token_drawn", 8),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="token_drawn", count=15),),
)
