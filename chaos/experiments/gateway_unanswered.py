"""gateway_unanswered: what order answers to the gateway is lost for so long that only the deadlines of calls end them."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER, READ_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Exercised, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.faults.partition import partition
from harness.history import Ending

SECONDS = 20.0
"""How long answers are lost: longer than the gateway waits by itself (15 s)."""

gateway_unanswered: Experiment[RunningShop] = Experiment(
    name="gateway_unanswered",
    about=(
        f"For {SECONDS:g} s requests of the gateway reach order, and its answers are lost; connections stay open. Each call"
        " ends by its own deadline, long before the gateway would give up, and customers are answered 503."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"user": CHEAP_PASSWORDS}, proxied=True),
    workload=OpenShop(
        until=Healed("answers_lost"), buyers=12, daring=None, habits=Habits(retries=0.9, attempts=12, pays=0.5, cancels=0.2)
    ),
    faults=(
        FaultPlan(
            name="answers_lost",
            fault=partition(("order-*",), ("gateway-*",), one_way=True),
            inject=OperationsEnded(PLACE_ORDER, 30),
            heal=InForceFor("answers_lost", SECONDS),
        ),
    ),
    guarantees=("answers_in_time", *OF_A_SALE),
    exercised=(Exercised(guarantee="answers_in_time", counted="took as long as a call may", at_least=8),),
    minimums=(
        Minimum(operation=PLACE_ORDER, count=40, endings=frozenset({Ending.OK})),
        Minimum(operation=READ_ORDER, count=8, endings=frozenset({Ending.INFO})),  # answered 503
    ),
)
