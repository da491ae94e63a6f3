"""saga_order_killed_after_capture: the order instance that asked for a capture is killed after it, before its answer."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.faults.kill_waiting import kill_waiting
from chaos.observations.events import CAPTURE, SAGA_TAKEN_OVER
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from harness.experiment import EventsSince, Exercised, Experiment, FaultPlan, Injected, Minimum, OperationsEnded, Sighting
from harness.faults.toxic import toxic
from harness.history import Ending

saga_order_killed_after_capture: Experiment[RunningShop] = Experiment(
    name="saga_order_killed_after_capture",
    about=(
        "60 buyers pay. Payment's answers to order are held; when captures are in the provider's ledger and not in order's"
        " database, the order instance that waits for most of them is killed with -9. Another must complete its sagas."
    ),
    system=saga_shop("captures", "sagas"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="answers_held",
            fault=toxic("latency", "order-*->payment-*", latency=4000),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=Injected("order_killed"),
        ),
        FaultPlan(
            name="order_killed",
            fault=kill_waiting("capture", "order-1", "order-2"),
            inject=EventsSince("answers_held", CAPTURE, 4),
            heal=OperationsEnded(COMPLETE_ORDER, 40),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=SAGA_TAKEN_OVER, count=1), Sighting(event=CAPTURE, count=50)),
    exercised=(
        Exercised(guarantee="charged_at_most_once", counted="captures", at_least=40),
        Exercised(guarantee="payment_books_agree", counted="CAPTURED", at_least=40),
        Exercised(guarantee="legal_transitions", counted="read more than once", at_least=40),
        Exercised(guarantee="rightful_requests_succeed", counted="payments", at_least=40),
    ),
    default=True,
)
