"""saga_answers_lost: the answers of product or payment to order are lost at one call of a saga: it was done, and nobody knows.

Siblings that differ in the call: reserving, confirming, releasing for a cancellation or an expiry, and refunding. Requests
arrive; what they did must be found done when they are repeated.
"""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from chaos.workloads.paying import PayingBuyers
from chaos.workloads.racing import RacingBuyers
from chaos.workloads.reservations_lost import LostReservations
from harness.experiment import Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.experiment.protocols import Workload
from harness.faults.partition import partition
from harness.faults.targets import some_of
from harness.history import Ending

OK = frozenset({Ending.OK})
SECONDS = 4.0
"""How long answers are lost: longer than the lease of a saga."""


def _lost(
    call: str, callee: str, workload: Workload[RunningShop], after: OperationsEnded, *, order: dict[str, str] | None = None
) -> Experiment[RunningShop]:
    return Experiment(
        name=f"saga_answers_lost_{call}",
        about=f"For {SECONDS:g} s, while sagas {call}, what {callee} answers to order is lost, and requests arrive.",
        system=saga_shop(order=order),
        workload=workload,
        faults=(
            FaultPlan(
                name="answers_lost",
                fault=some_of(partition((f"{callee}-*",), ("order-*",), one_way=True)),
                inject=after,
                heal=InForceFor("answers_lost", SECONDS),
            ),
        ),
        guarantees=OF_A_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=40, endings=OK),),
    )


saga_answers_lost_reserve = _lost(
    "reserve", "product", OpenShop(until=Healed("answers_lost")), OperationsEnded(PLACE_ORDER, 30)
)
saga_answers_lost_confirm = _lost("confirm", "product", PayingBuyers(), OperationsEnded(COMPLETE_ORDER, 10))
saga_answers_lost_release = _lost("release", "product", RacingBuyers(), OperationsEnded(CANCEL_ORDER, 10))
saga_answers_lost_refund = _lost("refund", "payment", LostReservations(), OperationsEnded(COMPLETE_ORDER, 8))
saga_answers_lost_expire = _lost(
    "expire",
    "product",
    OpenShop(until=Healed("answers_lost"), habits=Habits(retries=0.9, attempts=30, pays=0.2, cancels=0.0)),
    OperationsEnded(PLACE_ORDER, 60),
    order={"RESERVATION_TTL_S": "2", "EXPIRY_POLL_S": "0.2"},
)
