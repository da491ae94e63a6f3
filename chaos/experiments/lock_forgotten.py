"""lock_forgotten: a majority of the lock masters comes back without its data while a lock is held: it is given twice.

Whoever holds the lock has its write on the way for 4 s; by then the masters have long forgotten and given it to the next one.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.faults import forget, toxic
from chaos.guarantees.facts import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, AtOnce, EventsSeen, Experiment, FaultPlan, Healed, Injected, Minimum, Sighting
from harness.history import Ending
from harness.proxy.direction import Direction

lock_forgotten: Experiment[RunningShop] = Experiment(
    name="lock_forgotten",
    about=(
        "Two of the three lock masters are emptied, killed with -9 and started again while a lock is held. They give it to the"
        " other order instance as well. Nothing is sold twice: the fence and the conditions in the database hold."
    ),
    system=ShopSystem(
        instances={"order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS},
        proxied=True,
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(
        products=1,
        opens=Injected("long_way_to_product"),
        until=AllOf((Healed("long_way_to_product"), Healed("masters_forget"))),
        patience_s=60,
    ),
    faults=(
        FaultPlan(
            name="long_way_to_product",
            fault=toxic("latency", "order-*->product-*", stream=Direction.UPSTREAM, latency=4000),
            inject=AtOnce(),
            heal=EventsSeen("lock_overtaken"),
        ),
        FaultPlan(
            name="masters_forget",
            fault=forget("redis-lock-1", "redis-lock-2"),
            inject=AllOf((Injected("long_way_to_product"), EventsSeen("token_drawn"))),
            heal=EventsSeen("lock_overtaken"),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="lock_overtaken"), Sighting(event="lock_granted", count=10)),
)
