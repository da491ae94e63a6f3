"""saga_provider_late: the payment provider captures at once and answers after payment's timeout."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.faults.provider_script import provider_late
from chaos.observations.events import CAPTURE
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.paying import PayingBuyers
from harness.experiment import EventsSince, Experiment, FaultPlan, Minimum, OperationsEnded, Sighting
from harness.history import Ending

saga_provider_late: Experiment[RunningShop] = Experiment(
    name="saga_provider_late",
    about=(
        "60 buyers pay. From the 10th on, captures are answered 4 s after they are done; payment's timeout is 0.5 s. Half of"
        " the buyers pay a second time with another payment when they get no answer. No order may be charged twice."
    ),
    system=saga_shop("captures", payment={"PROVIDER_ATTEMPT_S": "0.5"}),
    workload=PayingBuyers(buyers=60, concurrent=12, habits=Habits(retries=1.0, attempts=8, pays_again=0.5, bad_card=0.1)),
    faults=(
        FaultPlan(
            name="provider_late",
            fault=provider_late("capture", ms=4000),
            inject=OperationsEnded(COMPLETE_ORDER, 10),
            heal=EventsSince("provider_late", CAPTURE, 30),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=CAPTURE, count=50),),
)
