"""saga_payment_starts_slowly: a payment instance is killed while buyers pay, and its restart is slow."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from harness.experiment import Experiment, FaultPlan, Minimum, OperationsEnded, Sighting
from harness.faults.slow_start import slow_start_one_of
from harness.history import Ending

saga_payment_starts_slowly: Experiment[RunningShop] = Experiment(
    name="saga_payment_starts_slowly",
    about=(
        "60 buyers pay. One of the two payment instances is killed with -9; it is started again at once, but paused"
        " during its start until most buyers have paid. The other one must serve all requests."
    ),
    system=saga_shop("captures"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="payment_starts_slowly",
            fault=slow_start_one_of("payment-1", "payment-2"),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=OperationsEnded(COMPLETE_ORDER, 50),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=CAPTURE, count=50),),
)
