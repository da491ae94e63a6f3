"""lock_clock_jump: the clocks of a majority of the lock masters jump ahead: a held lock expires early.

The holder's write is delayed by 4 s; meanwhile its keys expire at the masters, and the other instance is granted the lock.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, one_product, slow_requests_to_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import EventsSeen, Experiment, FaultPlan, Sighting
from harness.faults.clock_jump import FAKED_CLOCK, clock_jump

lock_clock_jump: Experiment[RunningShop] = Experiment(
    name="lock_clock_jump",
    about=(
        "While a lock is held, the clocks of two of the three lock masters are set 30 s ahead. They grant the lock to the"
        " other order instance as well. Nothing is sold twice: fencing and the conditions in the database prevent it."
    ),
    system=locked_shop({"redis-lock-1": FAKED_CLOCK, "redis-lock-2": FAKED_CLOCK}),
    workload=one_product(besides="clocks_jump"),
    faults=(
        slow_requests_to_product("order-*", latency_ms=4000, heal=EventsSeen("lock_overtaken")),
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
