"""server_troubles: a server hangs (SIGSTOP) or dies while customers buy: the database, the broker, a cache, a lock master.

Siblings that differ in the server. One that hangs is worse than one that is gone: connections stay open, and nothing answers.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.events import NOT_READY, READY_AGAIN
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded, Sighting
from harness.faults.inventory import Declaration
from harness.faults.kill import kill
from harness.faults.pause import pause, pause_one_of
from harness.history import Ending

DOWN_S, LONG_S = 6.0, 20.0
"""Seconds that a server hangs, or is gone; and seconds that are longer than every deadline of the shop (16 s)."""


def _trouble(
    name: str, fault: Declaration, about: str, *sightings: Sighting, seconds: float = DOWN_S
) -> Experiment[RunningShop]:
    return Experiment(
        name=name,
        about=f"Two instances of order take turns while customers buy. Then, for {seconds:g} s, {about}",
        system=ShopSystem(
            instances={"order": 2},
            environment={"user": CHEAP_PASSWORDS, "order": {"SAGA_LEASE_S": "3"}},
            watchers=("fences", "locks", "readiness"),
        ),
        workload=OpenShop(until=Healed(name), habits=Habits(retries=0.9, attempts=30, pays=0.7)),
        faults=(FaultPlan(name=name, fault=fault, inject=OperationsEnded(PLACE_ORDER, 30), heal=InForceFor(name, seconds)),),
        guarantees=OF_A_LOCKED_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=45, endings=frozenset({Ending.OK})),),
        sightings=sightings,
    )


mysql_paused = _trouble("mysql_paused", pause("mysql"), "the database of all services hangs.")
mysql_paused_for_long = _trouble(
    "mysql_paused_for_long",
    pause("mysql"),
    "the database of all services hangs, longer than anybody waits. The shop says that it is not ready.",
    Sighting(event=NOT_READY),
    Sighting(event=READY_AGAIN),
    seconds=LONG_S,
)
broker_paused = _trouble("broker_paused", pause("rabbitmq"), "the broker hangs: no confirm, no delivery, no closed connection.")
cache_paused = _trouble("cache_paused", pause("redis-cache"), "the cache of token versions hangs.")
lock_master_paused = _trouble(
    "lock_master_paused",
    pause_one_of("redis-lock-1", "redis-lock-2", "redis-lock-3"),
    "one of the three lock masters hangs rather than dies; two are a quorum.",
)
provider_paused = _trouble("provider_paused", pause("provider"), "the payment provider hangs.")
mailbox_paused = _trouble("mailbox_paused", pause("mailbox"), "the mail server hangs.")
mysql_killed = _trouble("mysql_killed", kill("mysql"), "the database of all services is killed with -9, and then recovers.")
cache_killed = _trouble("cache_killed", kill("redis-cache"), "the cache of token versions is gone.")
