"""saga_payment_flaps: payment comes and goes for order while sagas capture and refund: any of the two may fail, or both."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE, REFUND, SAGA_POSTPONED
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.reservations_lost import LostReservations
from harness.experiment import AllOf, Exercised, Experiment, FaultPlan, InForceFor, Minimum, OperationsEnded, Sighting
from harness.faults.cut import cut
from harness.faults.targets import some_of
from harness.history import Ending

TIMES = 3
SECONDS = 0.8
BETWEEN_S = 2.0
"""From one cut to the next, so that there are connections to be cut again."""

saga_payment_flaps: Experiment[RunningShop] = Experiment(
    name="saga_payment_flaps",
    about=(
        "60 buyers pay, and every second one has to be refunded, because an operator released the reservation. Meanwhile"
        f" payment is cut off from order {TIMES} times, for {SECONDS:g} s each: captures and refunds fail, and are made later."
    ),
    system=saga_shop("captures", "sagas"),
    workload=LostReservations(buyers=60, concurrent=4),
    faults=tuple(
        FaultPlan(
            name=f"cut_{turn}",
            fault=some_of(cut("order-*->payment-*")),
            inject=AllOf(
                (
                    OperationsEnded(COMPLETE_ORDER, 4 + 4 * turn),
                    *([InForceFor(f"cut_{turn - 1}", BETWEEN_S)] if turn > 1 else []),
                )
            ),
            heal=InForceFor(f"cut_{turn}", SECONDS),
        )
        for turn in range(1, TIMES + 1)
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),),
    exercised=(Exercised(guarantee="charged_at_most_once", counted="refunds", at_least=25),),
    sightings=(Sighting(event=SAGA_POSTPONED, count=5), Sighting(event=CAPTURE, count=50), Sighting(event=REFUND, count=25)),
)
