"""saga_product_unreachable_after_capture: after captures, product is unreachable: stock is neither sold nor released."""

from chaos.experiments.promises import OF_A_SALE
from chaos.experiments.saga_shop import saga_shop
from chaos.observations.events import CAPTURE, SAGA_POSTPONED
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.paying import PayingBuyers
from harness.experiment import EventsSeen, EventsSince, Experiment, FaultPlan, Minimum, Sighting
from harness.faults.cut import cut
from harness.history import Ending

saga_product_unreachable_after_capture: Experiment[RunningShop] = Experiment(
    name="saga_product_unreachable_after_capture",
    about=(
        "60 buyers pay. When captures are in the provider's ledger, no order instance reaches product any more, until 15 more"
        " orders have been charged that cannot be completed. Their sagas wait, and end PAID when product is reachable."
    ),
    system=saga_shop("captures", "sagas"),
    workload=PayingBuyers(buyers=60, concurrent=12),
    faults=(
        FaultPlan(
            name="product_unreachable",
            fault=cut("order-*->product-*"),
            inject=EventsSeen(CAPTURE, 10),
            heal=EventsSince("product_unreachable", CAPTURE, 15),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=55, endings=frozenset({Ending.OK})),
        Minimum(operation=COMPLETE_ORDER, count=45, endings=frozenset({Ending.OK})),
    ),
    sightings=(Sighting(event=SAGA_POSTPONED, count=10), Sighting(event=CAPTURE, count=50)),
)
