"""lock_release_lost: a holder's release never arrives; its lock must end by itself, and the others go on.

order-1's write takes 2.5 s to get to product, so that there is time to silence it towards the masters while it holds.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.faults import partition, toxic
from chaos.guarantees.facts import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import (
    AllOf,
    AtOnce,
    EventsSeen,
    EventsSince,
    Experiment,
    FaultPlan,
    Healed,
    Injected,
    Minimum,
    Sighting,
)
from harness.history import Ending
from harness.proxy.direction import Direction

GONE_ON = AllOf((EventsSeen("lock_expired"), EventsSince("releases_lost", "token_drawn")))

lock_release_lost: Experiment[RunningShop] = Experiment(
    name="lock_release_lost",
    about=(
        "From when order-1 has its first lock, nothing that it says reaches the lock masters. It does its work and lets go,"
        " which nobody hears. The lock expires after its 4 s, and order-2 is granted it."
    ),
    system=ShopSystem(
        instances={"order": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_TTL_S": "4"}},
        proxied=True,
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(
        products=1,
        opens=Injected("long_way_to_product"),
        until=AllOf((Healed("long_way_to_product"), Healed("releases_lost"))),
        patience_s=60,
    ),
    faults=(
        FaultPlan(
            name="long_way_to_product",
            fault=toxic("latency", "order-1->product-*", stream=Direction.UPSTREAM, latency=2500),
            inject=AtOnce(),
            heal=EventsSeen("lock_expired"),
        ),
        FaultPlan(
            name="releases_lost",
            fault=partition(("order-1",), ("redis-lock-*",), one_way=True),
            inject=AllOf((Injected("long_way_to_product"), EventsSeen("token_drawn", about="order-1"))),
            heal=GONE_ON,
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="lock_expired"), Sighting(event="lock_granted", count=10)),
)
