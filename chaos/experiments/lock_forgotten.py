"""lock_forgotten: a majority of the lock masters is restarted without data while a lock is held: it is granted twice.

The holder's write is delayed by 4 s; before it arrives, the emptied masters grant the lock to the other instance. The holder,
which does not know it, tries to extend its lock after a third of the TTL of 8 s, when the other instance holds it.
"""

from chaos.experiments.held_lock import (
    LOCKS_GRANTED,
    MINIMUMS,
    SLOW_REQUESTS,
    held_by,
    locked_shop,
    one_product,
    slow_requests_to_product,
)
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import AllOf, EventsSeen, Experiment, FaultPlan, InForceFor, Sighting
from harness.faults.forget import forget

lock_forgotten: Experiment[RunningShop] = Experiment(
    name="lock_forgotten",
    about=(
        "Two of the three lock masters are emptied, killed with -9 and started again while a lock is held. They grant it to"
        " the other order instance as well. Nothing is sold twice: fencing and the conditions in the database prevent it."
    ),
    system=locked_shop(),
    workload=one_product(besides="masters_forget"),
    faults=(
        slow_requests_to_product(
            "order-*", latency_ms=4000, heal=AllOf((EventsSeen("lock_overtaken"), InForceFor(SLOW_REQUESTS, 4.5)))
        ),
        FaultPlan(
            name="masters_forget",
            fault=forget("redis-lock-1", "redis-lock-2"),
            inject=held_by(),
            heal=EventsSeen("lock_overtaken"),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=MINIMUMS,
    sightings=(Sighting(event="lock_overtaken"), LOCKS_GRANTED),
)
