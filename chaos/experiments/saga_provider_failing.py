"""saga_provider_failing: the payment provider answers 503 or closes the connection, with or without having done its work.

Siblings that differ in the work: captures, and refunds of sagas that compensate.
"""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.faults.provider_script import provider_failing, provider_slow
from chaos.observations.events import CAPTURE, REFUND
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from chaos.workloads.reservations_lost import LostReservations
from harness.experiment import EventsSince, Exercised, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, Sighting
from harness.history import Ending

saga_provider_failing: Experiment[RunningShop] = Experiment(
    name="saga_provider_failing",
    about=(
        "60 buyers pay. From the 10th on, captures fail five times in each of four ways: 503 or a closed connection, with the"
        " capture done or not; after that every request takes the provider 300 ms."
    ),
    system=saga_shop("captures"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="provider_failing",
            fault=provider_failing("capture", times=5),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=EventsSince("provider_failing", CAPTURE, 20),
        ),
        FaultPlan(
            name="provider_slow",
            fault=provider_slow("capture", "get", ms=300),
            inject=Healed("provider_failing"),
            heal=EventsSince("provider_slow", CAPTURE, 10),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=CAPTURE, count=50),),
)


saga_provider_failing_refunds: Experiment[RunningShop] = Experiment(
    name="saga_provider_failing_refunds",
    about=(
        "60 buyers pay, and every second one has to be refunded, because an operator released the reservation. Refunds fail"
        " three times in each of four ways: 503 or a closed connection, with the refund done or not."
    ),
    system=saga_shop("captures"),
    workload=LostReservations(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="provider_failing",
            fault=provider_failing("refund", times=3),
            inject=OperationsEnded(COMPLETE_ORDER, 6),
            heal=EventsSince("provider_failing", REFUND, 15),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),),
    exercised=(Exercised(guarantee="charged_at_most_once", counted="refunds", at_least=25),),
    sightings=(Sighting(event=REFUND, count=25),),
)
