"""edges_in_turn: one edge of the shop after the other is in trouble for a moment, in one run, until every one of them was.

For the edges that have no experiment of their own in edge_troubles: what those find out about one edge in a run, these find
out roughly about all. `late` holds all bytes and then delivers them in order; `cut` closes connections and refuses new ones.
"""

from collections.abc import Callable, Iterator

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.experiment.triggers import AnyTrigger
from harness.faults.cut import cut
from harness.faults.inventory import Declaration
from harness.faults.stall import stall
from harness.history import Ending

LATE = (
    "gateway-*->user-*",
    "gateway-*->product-*",
    "gateway-*->rabbitmq",
    "user-*->mysql",
    "product-*->mysql",
    "payment-*->mysql",
    "payment-*->rabbitmq",
    "payment-*->notification-*",
    "notification-*->mysql",
    "notification-*->mailbox",
)
CUT = (
    "gateway-*->product-*",
    "gateway-*->payment-*",
    "gateway-*->redis-cache",
    "order-*->product-*",
    "order-*->payment-*",
    "order-*->mysql",
    "order-*->rabbitmq",
)
SECONDS = 2.0
"""How long each edge is in trouble."""
BETWEEN = 12
"""Orders placed between two troubles."""


def _plans(edges: tuple[str, ...], how: str, fault: Callable[[str], Declaration]) -> Iterator[FaultPlan]:
    """Each when the one before is healed and so many more orders were placed."""
    before: AnyTrigger | None = None
    for turn, edge in enumerate(edges, start=1):
        caller, _, callee = edge.replace("-*", "").partition("->")
        name = f"{caller}_{how}_{callee.replace('-', '_')}"
        placed = OperationsEnded(PLACE_ORDER, turn * BETWEEN)
        yield FaultPlan(
            name=name,
            fault=fault(edge),
            inject=placed if before is None else AllOf((before, placed)),
            heal=InForceFor(name, SECONDS),
        )
        before = Healed(name)


def _in_turn(name: str, about: str, plans: tuple[FaultPlan, ...]) -> Experiment[RunningShop]:
    return Experiment(
        name=name,
        about=f"While customers buy, {about}, {len(plans)} edges in all, each for {SECONDS:g} s.",
        system=ShopSystem(
            environment={"user": CHEAP_PASSWORDS, "order": {"SAGA_LEASE_S": "3"}}, proxied=True, watchers=("locks",)
        ),
        workload=OpenShop(until=Healed(plans[-1].name), habits=Habits(retries=0.9, attempts=30, pays=0.8)),
        faults=plans,
        guarantees=OF_A_LOCKED_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=100, endings=frozenset({Ending.OK})),),
    )


edges_late_in_turn = _in_turn(
    "edges_late_in_turn",
    "the bytes of one edge after the other are held and delivered late",
    tuple(_plans(LATE, "late_with", stall)),
)
edges_cut_in_turn = _in_turn(
    "edges_cut_in_turn",
    "one edge after the other is cut: connections are closed and refused",
    tuple(_plans(CUT, "cut_from", cut)),
)
