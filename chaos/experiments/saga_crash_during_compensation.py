"""saga_crash_during_compensation: stock is lost, the refund is under way, and the instance that executes the saga is killed."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.faults.kill_waiting import kill_waiting
from chaos.faults.provider_script import provider_late
from chaos.observations.events import CAPTURE, REFUND, SAGA_TAKEN_OVER
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.reservations_lost import LostReservations
from harness.experiment import EventsSince, Exercised, Experiment, FaultPlan, Injected, Minimum, OperationsEnded, Sighting
from harness.history import Ending

saga_crash_during_compensation: Experiment[RunningShop] = Experiment(
    name="saga_crash_during_compensation",
    about=(
        "60 buyers pay; every second one's reservation was released by an operator before, so that it has to be refunded."
        " Refunds are answered 3 s late, and the order instance that waits for most of them is killed with -9."
    ),
    system=saga_shop("captures", "sagas", payment={"PROVIDER_ATTEMPT_S": "4"}),
    workload=LostReservations(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="refunds_late",
            fault=provider_late("refund", ms=3000),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=Injected("order_killed"),
        ),
        FaultPlan(
            name="order_killed",
            fault=kill_waiting("refund", "order-1", "order-2"),
            inject=EventsSince("refunds_late", REFUND, 3),
            heal=OperationsEnded(COMPLETE_ORDER, 40),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45),
    ),
    exercised=(
        Exercised(guarantee="charged_at_most_once", counted="refunds", at_least=25),
        Exercised(guarantee="payment_books_agree", counted="REFUNDED", at_least=25),
    ),
    sightings=(Sighting(event=SAGA_TAKEN_OVER), Sighting(event=CAPTURE, count=50), Sighting(event=REFUND, count=25)),
)
