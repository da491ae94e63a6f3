"""saga_payment_killed_after_commit: a payment instance is killed after it committed a capture and before its answer arrived."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE, CAPTURE_COMMITTED
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from harness.experiment import EventsSince, Experiment, FaultPlan, Injected, Minimum, OperationsEnded, Sighting
from harness.faults.kill import kill_one_of
from harness.faults.toxic import toxic
from harness.history import Ending

saga_payment_killed_after_commit: Experiment[RunningShop] = Experiment(
    name="saga_payment_killed_after_commit",
    about=(
        "60 buyers pay. Payment's answers to order are lost; when captures are committed and unknown to order, a payment"
        " instance is killed with -9. Order retries at another instance, and no order must be captured twice."
    ),
    system=saga_shop("captures", "payments", "sagas"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="answers_lost",
            fault=toxic("timeout", "order-*->payment-*", timeout=0),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=Injected("payment_killed"),
        ),
        FaultPlan(
            # Both order instances call payment round-robin: of six captures at least two are the killed instance's.
            name="payment_killed",
            fault=kill_one_of("payment-1", "payment-2"),
            inject=EventsSince("answers_lost", CAPTURE_COMMITTED, 6),
            heal=OperationsEnded(COMPLETE_ORDER, 40),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=CAPTURE_COMMITTED, count=50), Sighting(event=CAPTURE, count=50)),
)
