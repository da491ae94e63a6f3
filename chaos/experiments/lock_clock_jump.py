"""lock_clock_jump: the clocks of a majority of the lock masters jump ahead: a lock that is held is over before its time.

Whoever holds the lock has its write on the way for 4 s; meanwhile the masters find its time run out, and give it to the next.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.faults import toxic
from chaos.faults.clock_jump import FAKED_CLOCK, clock_jump
from chaos.guarantees.facts import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, AtOnce, EventsSeen, Experiment, FaultPlan, Healed, Injected, Minimum, Sighting
from harness.history import Ending
from harness.proxy.direction import Direction

lock_clock_jump: Experiment[RunningShop] = Experiment(
    name="lock_clock_jump",
    about=(
        "While a lock is held, two of the three lock masters believe that it is 30 s later. They give the lock to the other"
        " order instance as well. Nothing is sold twice: the fence and the conditions in the database hold."
    ),
    system=ShopSystem(
        instances={"order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS, "redis-lock-1": FAKED_CLOCK, "redis-lock-2": FAKED_CLOCK},
        proxied=True,
        watchers=("fences", "locks"),
    ),
    workload=OpenShop(
        products=1,
        opens=Injected("long_way_to_product"),
        until=AllOf((Healed("long_way_to_product"), Healed("clocks_jump"))),
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
            name="clocks_jump",
            fault=clock_jump("redis-lock-1", "redis-lock-2", seconds=30),
            inject=AllOf((Injected("long_way_to_product"), EventsSeen("token_drawn"))),
            heal=EventsSeen("lock_overtaken"),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event="lock_overtaken"), Sighting(event="lock_granted", count=10)),
)
