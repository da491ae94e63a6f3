"""lock_clock_skew: the clock of one lock master runs ahead by half a minute: a minority, so locks stay exclusive."""

from chaos.experiments.held_lock import LOCKS_GRANTED, locked_shop
from chaos.experiments.promises import OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, EventsSince, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.faults.clock_jump import FAKED_CLOCK, clock_jump
from harness.history import Ending

lock_clock_skew: Experiment[RunningShop] = Experiment(
    name="lock_clock_skew",
    about=(
        "The clock of one of three lock masters is set 30 s ahead while locks are held, and right again later. Its keys expire"
        " at once, those at the other two do not: nothing is sold twice, and every order is decided."
    ),
    system=locked_shop({"redis-lock-1": FAKED_CLOCK}),
    workload=OpenShop(until=Healed("clock_ahead"), timeout_s=60),
    faults=(
        FaultPlan(
            name="clock_ahead",
            fault=clock_jump("redis-lock-1", seconds=30),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=AllOf((InForceFor("clock_ahead", 3.0), EventsSince("clock_ahead", "lock_granted", 15))),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),),
    sightings=(LOCKS_GRANTED,),
)
