"""What the experiments on a lock that is held have in common: one product, and writes to it that are long on their way.

Whoever holds the lock waits for its write to arrive; meanwhile something is done to the holder, to the masters or to the lock.
"""

from collections.abc import Mapping

from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.direction import Direction
from harness.experiment import AllOf, AtOnce, EventsSeen, FaultPlan, Healed, Injected, Minimum, Sighting
from harness.experiment.triggers import AnyTrigger
from harness.faults.toxic import toxic
from harness.history import Ending

LONG_WAY = "long_way_to_product"
"""The name of the fault that keeps a holder waiting; the shop opens when it is in force."""
MINIMUMS = (Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),)
LOCKS_GRANTED = Sighting(event="lock_granted", count=10)


def locked_shop(environment: Mapping[str, Mapping[str, str]] | None = None) -> ShopSystem:
    """Two instances of order and of product, with watchers of the lock; settings by service or server."""
    return ShopSystem(
        instances={"order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS, **(environment or {})},
        proxied=True,
        watchers=("fences", "locks"),
    )


def one_product(besides: str) -> OpenShop:
    """Everybody wants the same product, until the long way and the fault called `besides` are over."""
    return OpenShop(products=1, opens=Injected(LONG_WAY), until=AllOf((Healed(LONG_WAY), Healed(besides))), patience_s=60)


def long_way_to_product(caller: str, *, latency_ms: int, heal: AnyTrigger) -> FaultPlan:
    """From the start, what these instances say to product takes `latency_ms` to get there."""
    return FaultPlan(
        name=LONG_WAY,
        fault=toxic("latency", f"{caller}->product-*", stream=Direction.UPSTREAM, latency=latency_ms),
        inject=AtOnce(),
        heal=heal,
    )


def held_by(holder: str = "") -> AnyTrigger:
    """A holder, any or this one, has drawn its token: its write is on the long way, or not even sent."""
    return AllOf((Injected(LONG_WAY), EventsSeen("token_drawn", about=holder)))
