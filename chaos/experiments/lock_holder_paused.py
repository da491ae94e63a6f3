"""lock_holder_paused: a holder is paused beyond the TTL, another one is granted the lock, and the late write is refused.

The late write does not depend on timing: from the start, requests of order-1 to product are delayed by 4 s, and its first
fencing token triggers the pause. Its write is then delayed or not yet sent; it cannot arrive within 4 s. A second after the
pause its lock has expired, and order-2, which waits for the same product, writes at once.
"""

from chaos.experiments.held_lock import LOCKS_GRANTED, MINIMUMS, held_by, locked_shop, one_product, slow_requests_to_product
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.subject import RunningShop
from harness.experiment import AllOf, EventsSeen, EventsSince, Exercised, Experiment, FaultPlan, InForceFor, Sighting
from harness.faults.pause import pause

OVERTAKEN_BY_ORDER_2 = EventsSince("holder_paused", "token_drawn")

lock_holder_paused: Experiment[RunningShop] = Experiment(
    name="lock_holder_paused",
    about=(
        "order-1 is stopped (SIGSTOP) while it holds the lock, for longer than the lock's TTL, with its write under way to"
        " product. order-2 is granted the lock and writes. The write of order-1 has to be refused, and the refusal is observed."
    ),
    system=locked_shop({"order": {"LOCK_TTL_S": "1"}}),
    workload=one_product(besides="holder_paused"),
    faults=(
        slow_requests_to_product("order-1", latency_ms=4000, heal=EventsSeen("fenced_off")),
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
    exercised=(
        Exercised(guarantee="lock_exclusive_and_fenced", counted="writes under a token", at_least=30),
        Exercised(guarantee="legal_transitions", counted="read more than once", at_least=30),
        Exercised(guarantee="charged_at_most_once", counted="captures", at_least=10),
    ),
    default=True,
)
