"""deploy_rolling_upgrade_identity: tokens of the last release are judged by this version, and the other way round."""

from chaos.observations.events import MEMBER_REPLACED
from chaos.observations.identity import CHANGE_ACCOUNT, USE_TOKEN
from chaos.subject import RunningShop, UpgradedShop
from chaos.workloads.identity import ENVIRONMENT, MINIMUMS, Identity
from chaos.workloads.identity_holder import NAME, PASSWORD, ROLE, Habits
from harness.experiment import EventsSeen, Experiment, FaultPlan, Minimum, OperationsEnded, Part, Phase, Sighting
from harness.faults.rolling_upgrade import rolling_upgrade
from harness.history import Ending

SERVICES = ("user", "order", "gateway")
UPGRADE = "identity_upgraded"
OK = frozenset({Ending.OK})

deploy_rolling_upgrade_identity: Experiment[RunningShop] = Experiment(
    name="deploy_rolling_upgrade_identity",
    about=(
        "There are two instances of user, order and gateway, of the last release; each is replaced by one of this version while"
        " everybody changes accounts and customers try what belongs to others. No old token is accepted and no unauthorized"
        " request succeeds, whichever version issued the token and whichever judges it."
    ),
    system=UpgradedShop(
        instances=dict.fromkeys(SERVICES, 2),
        environment=ENVIRONMENT,
        watchers=("members",),
    ),
    workload=Identity(
        rounds=14,
        unauthorized_per_change=4,
        customer=Habits(changes=(NAME, PASSWORD)),
        employee=Habits(changes=(ROLE, ROLE, NAME)),
    ),
    faults=(
        FaultPlan(
            name=UPGRADE,
            fault=rolling_upgrade(*SERVICES),
            inject=OperationsEnded(CHANGE_ACCOUNT, 12),
            heal=EventsSeen(MEMBER_REPLACED, 2 * len(SERVICES)),
        ),
    ),
    guarantees=(
        "private_to_owner",
        "one_order_per_key",
        "lists_are_complete",
        "stale_tokens_rejected",
        "rightful_requests_succeed",
        "registers_linearizable",
        "honest_errors",
        "recovers",
    ),
    minimums=(
        *MINIMUMS,
        *(Minimum(operation=USE_TOKEN, count=50, endings=OK, phase=Phase(part=part, plan=UPGRADE)) for part in Part),
    ),
    sightings=(Sighting(event=MEMBER_REPLACED, count=2 * len(SERVICES)),),
)
