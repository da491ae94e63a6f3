"""deploy_rolling_upgrade: the shop as released last is replaced by this one, one instance after the other, under load."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.events import MEMBER_REPLACED
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, UpgradedShop
from chaos.workloads.open_shop import OpenShop
from harness.experiment import (
    Bounds,
    EventsSeen,
    Experiment,
    FaultPlan,
    Healed,
    Minimum,
    OperationsEnded,
    Part,
    Phase,
    Sighting,
)
from harness.faults.rolling_upgrade import rolling_upgrade
from harness.history import Ending

SERVICES = ("notification", "payment", "product", "user", "order", "gateway")
"""Callees first, as a deployment does: a new caller finds a callee that knows what it asks for."""
UPGRADE = "everything_upgraded"
BUYERS = 12
OK = frozenset({Ending.OK})

deploy_rolling_upgrade: Experiment[RunningShop] = Experiment(
    name="deploy_rolling_upgrade",
    about=(
        "There are two instances of every service, of the last release. The migrations of this version run first; then each"
        " instance gets SIGTERM and is started again from this version, one of a service at a time, so that old and new serve"
        " side by side: calls, messages, tokens and rows of one are read by the other. Nothing is lost or answered 500."
    ),
    system=UpgradedShop(
        instances=dict.fromkeys(SERVICES, 2),
        environment={"user": CHEAP_PASSWORDS},
        watchers=("fences", "locks", "members"),
    ),
    workload=OpenShop(daring=None, until=Healed(UPGRADE), buyers=BUYERS, pause_s=0.8, timeout_s=240.0),
    faults=(
        FaultPlan(
            name=UPGRADE,
            fault=rolling_upgrade(*SERVICES),
            inject=OperationsEnded(PLACE_ORDER, 3 * BUYERS, OK),
            heal=EventsSeen(MEMBER_REPLACED, 2 * len(SERVICES)),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    minimums=(
        Minimum(operation=PLACE_ORDER, count=2 * BUYERS, endings=OK, phase=Phase(part=Part.BEFORE, plan=UPGRADE)),
        Minimum(operation=PLACE_ORDER, count=5 * BUYERS, endings=OK, phase=Phase(part=Part.WHILE, plan=UPGRADE)),
        Minimum(operation=PLACE_ORDER, count=BUYERS // 2, endings=OK, phase=Phase(part=Part.AFTER, plan=UPGRADE)),
        Minimum(operation=COMPLETE_ORDER, count=2 * BUYERS, endings=OK, phase=Phase(part=Part.WHILE, plan=UPGRADE)),
    ),
    sightings=(Sighting(event=MEMBER_REPLACED, count=2 * len(SERVICES)),),
    bounds=Bounds(workload_s=300.0),
)
