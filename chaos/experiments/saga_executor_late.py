"""saga_executor_late: an order instance is stopped in the middle of a step, its sagas are taken over, and it wakes up."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import LEASE_S, saga_shop
from chaos.observations.events import CAPTURE, SAGA_TAKEN_OVER
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from harness.experiment import (
    AllOf,
    EventsSince,
    Experiment,
    FaultPlan,
    InForceFor,
    Injected,
    Minimum,
    OperationsEnded,
    Sighting,
)
from harness.faults.pause import pause
from harness.faults.toxic import toxic
from harness.history import Ending

saga_executor_late: Experiment[RunningShop] = Experiment(
    name="saga_executor_late",
    about=(
        "60 buyers pay. Payment's answers to order-1 are delayed, and it is stopped (SIGSTOP) while it waits for captures, for"
        " longer than the lease of its sagas. order-2 takes them over and ends them; then order-1 wakes up in its step."
    ),
    system=saga_shop("captures", "sagas"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="answers_slow",
            fault=toxic("latency", "order-1->payment-*", latency=2000),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=Injected("executor_stopped"),
        ),
        FaultPlan(
            name="executor_stopped",
            fault=pause("order-1"),
            inject=EventsSince("answers_slow", CAPTURE, 6),
            heal=AllOf((InForceFor("executor_stopped", 2.0 * LEASE_S), EventsSince("executor_stopped", SAGA_TAKEN_OVER, 1))),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=40, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=SAGA_TAKEN_OVER), Sighting(event=CAPTURE, count=40)),
)
