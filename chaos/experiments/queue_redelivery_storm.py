"""queue_redelivery_storm: commands and events are delivered several times, and consumers are disconnected."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.redelivery import redelivery
from chaos.observations.events import REDELIVERED
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Injected, Minimum, OperationsEnded, Sighting
from harness.faults.cut import cut
from harness.history import Ending

CUTS = (50, 75, 100, 125)
"""After so many orders the consumers are disconnected: what they had not acknowledged is delivered again."""
RECONNECTED: tuple[tuple[InForceFor, ...], ...] = ((), *((InForceFor(f"cut_{orders}", 3.0),) for orders in CUTS[:-1]))
"""Before each of them: there is nothing to cut until consumers have come back from the one before."""

queue_redelivery_storm: Experiment[RunningShop] = Experiment(
    name="queue_redelivery_storm",
    about=(
        "Every event and about every third command is published three times, and the connections of all consumers are cut"
        " repeatedly, so that whole batches are redelivered. The outcome equals that of single delivery."
    ),
    system=ShopSystem(
        instances={"order": 2, "payment": 2},
        environment={"user": CHEAP_PASSWORDS},
        proxied=True,
        watchers=("deliveries",),
    ),
    workload=OpenShop(until=Healed("everything_again")),
    faults=(
        FaultPlan(
            name="everything_again",
            fault=redelivery(3),
            inject=OperationsEnded(PLACE_ORDER, 10),
            heal=AllOf((Healed(f"cut_{CUTS[-1]}"), OperationsEnded(PLACE_ORDER, CUTS[-1] + 40))),
        ),
        *(
            FaultPlan(
                name=f"cut_{orders}",
                fault=cut("order-*->rabbitmq", "payment-*->rabbitmq"),
                inject=AllOf((OperationsEnded(PLACE_ORDER, orders), *before)),
                heal=Injected(f"cut_{orders}"),
            )
            for orders, before in zip(CUTS, RECONNECTED, strict=True)
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=120, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event=REDELIVERED),),
)
