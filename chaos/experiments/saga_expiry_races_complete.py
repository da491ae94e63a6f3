"""saga_expiry_races_complete: every buyer pays shortly before or after the reservation expires."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying_late import LatePayers
from harness.experiment import Exercised, Experiment, FaultPlan, Minimum, OperationsEnded, Sighting
from harness.faults.toxic import toxic
from harness.history import Ending

saga_expiry_races_complete: Experiment[RunningShop] = Experiment(
    name="saga_expiry_races_complete",
    about=(
        "42 buyers have 4 s to pay and do so from 1 s before that is over to 0.5 s after, while payment's answers to order are"
        " delayed by 100 to 300 ms. An order is paid and charged, or expired and not charged."
    ),
    system=saga_shop("captures", order={"RESERVATION_TTL_S": "4", "EXPIRY_POLL_S": "0.1"}),
    workload=LatePayers(buyers=42, concurrent=14, early_s=1.0, late_s=0.5),
    faults=(
        FaultPlan(
            name="answers_slow",
            fault=toxic("latency", "order-*->payment-*", latency=200, jitter=100),
            inject=OperationsEnded(PLACE_ORDER, 10),
            heal=OperationsEnded(COMPLETE_ORDER, 36),
        ),
    ),
    guarantees=OF_A_SALE,
    exercised=(Exercised(guarantee="reservations_last", counted="seen expired", at_least=3),),
    minimums=(
        Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=5, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=5, endings=frozenset({Ending.FAIL})),
    ),
    sightings=(Sighting(event=CAPTURE, count=5),),
)
