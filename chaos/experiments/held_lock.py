"""What experiments on a held lock have in common: one product, and requests to it that are delayed by seconds.

The holder waits for the answer to its write; meanwhile a fault is injected into the holder, the masters or the edges between.
"""

from collections.abc import Mapping

from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.direction import Direction
from harness.experiment import AllOf, AtOnce, EventsSeen, FaultPlan, Healed, Injected, Minimum, Sighting
from harness.experiment.triggers import AnyTrigger
from harness.faults.targets import some_of
from harness.faults.toxic import toxic
from harness.history import Ending

SLOW_REQUESTS = "long_way_to_product"
"""The name of the fault that delays a holder's write; the workload begins when it is in force."""
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
    """All buyers order the same product, until the delay and the fault called `besides` are healed."""
    return OpenShop(
        daring=None,
        products=1,
        start=Injected(SLOW_REQUESTS),
        until=AllOf((Healed(SLOW_REQUESTS), Healed(besides))),
        timeout_s=60,
    )


def slow_requests_to_product(caller: str, *, latency_ms: int, heal: AnyTrigger) -> FaultPlan:
    """From the start, requests of these instances to product are delayed by `latency_ms`."""
    return FaultPlan(
        name=SLOW_REQUESTS,
        fault=some_of(toxic("latency", f"{caller}->product-*", stream=Direction.UPSTREAM, latency=latency_ms)),
        inject=AtOnce(),
        heal=heal,
    )


def held_by(holder: str = "") -> AnyTrigger:
    """A holder, any or this one, has drawn its fencing token: its write is delayed, or not yet sent."""
    return AllOf((Injected(SLOW_REQUESTS), EventsSeen("token_drawn", about=holder)))
