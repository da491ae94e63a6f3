"""lock_clock_jump: the clocks of a majority of the lock masters jump ahead: a lock that is held is over before its time.

Whoever holds the lock has its write on the way for 4 s; meanwhile the masters find its time run out, and give it to the next.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, long_way_to_product, one_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import EventsSeen, Experiment, FaultPlan, Sighting
from harness.faults.clock_jump import FAKED_CLOCK, clock_jump

lock_clock_jump: Experiment[RunningShop] = Experiment(
    name="lock_clock_jump",
    about=(
        "While a lock is held, two of the three lock masters believe that it is 30 s later. They give the lock to the other"
        " order instance as well. Nothing is sold twice: the fence and the conditions in the database hold."
    ),
    system=locked_shop({"redis-lock-1": FAKED_CLOCK, "redis-lock-2": FAKED_CLOCK}),
    workload=one_product(besides="clocks_jump"),
    faults=(
        long_way_to_product("order-*", latency_ms=4000, heal=EventsSeen("lock_overtaken")),
        FaultPlan(
            name="clocks_jump",
            fault=clock_jump("redis-lock-1", "redis-lock-2", seconds=30),
            inject=held_by(),
            heal=EventsSeen("lock_overtaken"),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=MINIMUMS,
    sightings=(Sighting(event="lock_overtaken"), LOCKS_GRANTED),
)
