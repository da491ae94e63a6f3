"""deploy_rolling_restart: every instance of every service is replaced, one after the other, while customers buy."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_SALE
from chaos.observations.events import MEMBER_REPLACED
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import EventsSeen, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, ServiceLevel, Sighting
from harness.faults.rolling_restart import rolling_restart
from harness.history import Ending

SERVICES = ("notification", "payment", "product", "user", "order", "gateway")
"""Callees first, as a deployment does."""

deploy_rolling_restart: Experiment[RunningShop] = Experiment(
    name="deploy_rolling_restart",
    about=(
        "There are two instances of every service. Each gets SIGTERM, finishes its requests, and is started again, one of a"
        " service at a time, as a deployment does. Each customer uses one gateway. Nothing is lost; no request is answered 500."
    ),
    system=ShopSystem(
        instances=dict.fromkeys(SERVICES, 2),
        environment={"user": CHEAP_PASSWORDS},
        watchers=("members",),
    ),
    workload=OpenShop(until=Healed("everything_replaced"), buyers=12, pause_s=0.8),
    faults=(
        FaultPlan(
            name="everything_replaced",
            fault=rolling_restart(*SERVICES),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=EventsSeen(MEMBER_REPLACED, 2 * len(SERVICES)),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=60, endings=frozenset({Ending.OK})),),
    levels=(
        # No ceiling on refusals: each customer uses one gateway, and asks again and again while that is replaced.
        # Seen: 14 orders and 7 payments a second.
        ServiceLevel(operation=PLACE_ORDER, succeeded=60, p99_s=8.0, per_second=1.5),
        ServiceLevel(operation=COMPLETE_ORDER, succeeded=25, p99_s=8.0, per_second=0.8),
    ),
    ceilings=(DECIDED_SOON,),
    sightings=(Sighting(event=MEMBER_REPLACED, count=2 * len(SERVICES)),),
)
