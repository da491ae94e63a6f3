"""saga_cancel_races_complete: every buyer completes and cancels an order at the same time; exactly one of them takes effect."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.racing import RacingBuyers
from harness.experiment import Experiment, FaultPlan, Minimum, OperationsEnded, Sighting
from harness.faults.toxic import toxic
from harness.history import Ending

saga_cancel_races_complete: Experiment[RunningShop] = Experiment(
    name="saga_cancel_races_complete",
    about=(
        "70 buyers pay and cancel the same order at once, and retry while it is busy. Answers of payment and product to order"
        " are delayed by 10 to 90 ms, so that the two overlap. An order is paid and charged, or cancelled and not charged."
    ),
    system=saga_shop("captures"),
    workload=RacingBuyers(buyers=70, concurrent=14),
    faults=(
        FaultPlan(
            name="answers_slow",
            fault=toxic("latency", "order-*->payment-*", "order-*->product-*", latency=50, jitter=40),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=OperationsEnded(COMPLETE_ORDER, 70),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=65, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=8, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=8, endings=frozenset({Ending.FAIL})),
        Minimum(operation=CANCEL_ORDER, count=8, endings=frozenset({Ending.OK})),
        Minimum(operation=CANCEL_ORDER, count=8, endings=frozenset({Ending.FAIL})),
    ),
    sightings=(Sighting(event=CAPTURE, count=8),),
)
