"""lock_holder_paused: a holder stands still beyond the TTL, another one takes over, and the late write is fenced off.

That the write comes late is made sure of, not hoped for: from the start, what order-1 says to product takes 4 s to get there,
and its first token is the signal to stop it. Its write is then on the way, or not even sent; it cannot arrive within 4 s.
A second after it stopped, its lock is over, and order-2, which waits for the same product, writes at once.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.faults import pause, toxic
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
    InForceFor,
    Injected,
    Minimum,
    Sighting,
)
from harness.history import Ending
from harness.proxy.direction import Direction

OVERTAKEN_BY_ORDER_2 = EventsSince("holder_paused", "token_drawn")

lock_holder_paused: Experiment[RunningShop] = Experiment(
    name="lock_holder_paused",
    about=(
        "order-1 is stopped (SIGSTOP) while it holds the lock, for longer than the lock lives, with its write under way to"
        " product. order-2 is granted the lock and writes. The write of order-1 has to be refused, and is seen being refused."
    ),
    system=ShopSystem(
        instances={"order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS, "order": {"LOCK_TTL_S": "1"}},
        proxied=True,
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(
        products=1,
        opens=Injected("long_way_to_product"),
        until=AllOf((Healed("long_way_to_product"), Healed("holder_paused"))),
        patience_s=45,
    ),
    faults=(
        FaultPlan(
            name="long_way_to_product",
            fault=toxic("latency", "order-1->product-*", stream=Direction.UPSTREAM, latency=4000),
            inject=AtOnce(),
            heal=EventsSeen("fenced_off"),
        ),
        FaultPlan(
            name="holder_paused",
            fault=pause("order-1"),
            inject=AllOf((Injected("long_way_to_product"), EventsSeen("token_drawn", about="order-1"))),
            heal=AllOf((InForceFor("holder_paused", 2.0), OVERTAKEN_BY_ORDER_2)),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="fenced_off"), Sighting(event="lock_overtaken"), Sighting(event="lock_granted", count=10)),
    default=True,
)
