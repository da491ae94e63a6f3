"""lock_release_lost: a holder's release never arrives; its lock must end by itself, and the others go on.

order-1's write takes 2.5 s to get to product, so that there is time to silence it towards the masters while it holds.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, long_way_to_product, one_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import AllOf, EventsSeen, EventsSince, Experiment, FaultPlan, Sighting
from harness.faults.partition import partition

GONE_ON = AllOf((EventsSeen("lock_expired"), EventsSince("releases_lost", "token_drawn")))

lock_release_lost: Experiment[RunningShop] = Experiment(
    name="lock_release_lost",
    about=(
        "From when order-1 has its first lock, nothing that it says reaches the lock masters. It does its work and lets go,"
        " which nobody hears. The lock expires after its 4 s, and order-2 is granted it."
    ),
    system=locked_shop({"order": {"LOCK_TTL_S": "4"}}),
    workload=one_product(besides="releases_lost"),
    faults=(
        long_way_to_product("order-1", latency_ms=2500, heal=EventsSeen("lock_expired")),
        FaultPlan(
            name="releases_lost",
            fault=partition(("order-1",), ("redis-lock-*",), one_way=True),
            inject=held_by("order-1"),
            heal=GONE_ON,
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=MINIMUMS,
    sightings=(Sighting(event="lock_expired"), LOCKS_GRANTED),
)
