"""lock_holder_paused: a holder stands still beyond the TTL, another one takes over, and the late write is fenced off.

That the write comes late is made sure of, not hoped for: from the start, what order-1 says to product takes 4 s to get there,
and its first token is the signal to stop it. Its write is then on the way, or not even sent; it cannot arrive within 4 s.
A second after it stopped, its lock is over, and order-2, which waits for the same product, writes at once.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, long_way_to_product, one_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import AllOf, EventsSeen, EventsSince, Experiment, FaultPlan, InForceFor, Sighting
from harness.faults.pause import pause

OVERTAKEN_BY_ORDER_2 = EventsSince("holder_paused", "token_drawn")

lock_holder_paused: Experiment[RunningShop] = Experiment(
    name="lock_holder_paused",
    about=(
        "order-1 is stopped (SIGSTOP) while it holds the lock, for longer than the lock lives, with its write under way to"
        " product. order-2 is granted the lock and writes. The write of order-1 has to be refused, and is seen being refused."
    ),
    system=locked_shop({"order": {"LOCK_TTL_S": "1"}}),
    workload=one_product(besides="holder_paused"),
    faults=(
        long_way_to_product("order-1", latency_ms=4000, heal=EventsSeen("fenced_off")),
        FaultPlan(
            name="holder_paused",
            fault=pause("order-1"),
            inject=held_by("order-1"),
            heal=AllOf((InForceFor("holder_paused", 2.0), OVERTAKEN_BY_ORDER_2)),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=MINIMUMS,
    sightings=(Sighting(event="fenced_off"), Sighting(event="lock_overtaken"), LOCKS_GRANTED),
    default=True,
)
