"""strangers_exhaust: strangers use up what the shop has, in one way after the other; customers are served as without them."""

from chaos.experiments.promises import DECIDED_SOON, OF_A_SALE
from chaos.faults.strangers import WAYS, strangers
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded, ServiceLevel
from harness.history import Ending

MANY = 20
HEAD_TIMEOUT_S = 1
"""How long a gateway waits for a head here: strangers who are slow stay for longer."""
ORDERS = 25
"""How many customers order while strangers do one thing."""
NAMES = {way: f"strangers_{way.replace(' ', '_')}" for way in WAYS}


def _one_after_the_other() -> tuple[FaultPlan, ...]:
    plans: list[FaultPlan] = []
    for number, (way, name) in enumerate(NAMES.items(), start=1):
        inject = Healed(plans[-1].name) if plans else OperationsEnded(PLACE_ORDER, ORDERS)
        heal = AllOf((OperationsEnded(PLACE_ORDER, (number + 1) * ORDERS), InForceFor(name, 2.5 * HEAD_TIMEOUT_S)))
        plans.append(FaultPlan(name=name, fault=strangers(way, MANY), inject=inject, heal=heal))
    return tuple(plans)


strangers_exhaust: Experiment[RunningShop] = Experiment(
    name="strangers_exhaust",
    about=(
        f"{MANY} strangers send addresses and header fields without end, or heads a letter at a time, log in to accounts that"
        " nobody has, read the catalogue's last pages, search it, and ask whether the shop is ready, each until"
        f" {ORDERS} customers have ordered meanwhile. Passwords cost what they cost. Customers are served."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"gateway": {"HEAD_TIMEOUT_S": str(HEAD_TIMEOUT_S)}}),
    workload=OpenShop(until=Healed(list(NAMES.values())[-1]), buyers=12, timeout_s=170.0, daring=None),
    faults=_one_after_the_other(),
    guarantees=("answers_in_time", *OF_A_SALE),
    minimums=(Minimum(operation=PLACE_ORDER, count=len(WAYS) * ORDERS, endings=frozenset({Ending.OK})),),
    levels=(
        ServiceLevel(operation=PLACE_ORDER, succeeded=len(WAYS) * ORDERS, unserved=0.02, p99_s=6.0),
        ServiceLevel(operation=COMPLETE_ORDER, succeeded=40, unserved=0.05, p99_s=8.0),
    ),
    ceilings=(DECIDED_SOON,),
)
