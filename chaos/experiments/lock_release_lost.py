"""lock_release_lost: a holder's release never arrives; its lock must expire by its TTL, and be granted to others.

order-1's write is delayed by 2.5 s, so that the fault can be injected between it and the masters while it holds the lock.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, one_product, slow_requests_to_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import AllOf, EventsSeen, EventsSince, Experiment, FaultPlan, Sighting
from harness.faults.partition import partition

GONE_ON = AllOf((EventsSeen("lock_expired"), EventsSince("releases_lost", "token_drawn")))

lock_release_lost: Experiment[RunningShop] = Experiment(
    name="lock_release_lost",
    about=(
        "From when order-1 has its first lock, none of its requests reach the lock masters. It writes and releases, and the"
        " release is lost. The lock expires after its TTL of 4 s, and order-2 is granted it."
    ),
    system=locked_shop({"order": {"LOCK_TTL_S": "4"}}),
    workload=one_product(besides="releases_lost"),
    faults=(
        slow_requests_to_product("order-1", latency_ms=2500, heal=EventsSeen("lock_expired")),
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
