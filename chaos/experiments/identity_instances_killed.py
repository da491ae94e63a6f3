"""identity_instances_killed: authorization stays correct while the instances that decide it are killed in turn."""

from chaos.observations.identity import CHANGE_ACCOUNT
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.identity import ENVIRONMENT, MINIMUMS, Identity
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, OperationsEnded
from harness.faults.kill import kill_one_of

identity_instances_killed: Experiment[RunningShop] = Experiment(
    name="identity_instances_killed",
    about=(
        "Customers try what belongs to others and what only admins may do, and everybody changes accounts, at two gateways and"
        " two instances each of user and order. Meanwhile one instance of user is killed, then one of order, then a gateway."
        " No unauthorized request succeeds, and no old token is accepted."
    ),
    system=ShopSystem(instances={"gateway": 2, "user": 2, "order": 2}, environment=ENVIRONMENT),
    workload=Identity(rounds=7, unauthorized_per_change=5),
    faults=(
        FaultPlan(
            name="user_killed",
            fault=kill_one_of("user-1", "user-2"),
            inject=OperationsEnded(CHANGE_ACCOUNT, 8),
            heal=OperationsEnded(CHANGE_ACCOUNT, 20),
        ),
        FaultPlan(
            name="order_killed",
            fault=kill_one_of("order-1", "order-2"),
            inject=AllOf((Healed("user_killed"), OperationsEnded(CHANGE_ACCOUNT, 22))),
            heal=OperationsEnded(CHANGE_ACCOUNT, 35),
        ),
        FaultPlan(
            name="gateway_killed",
            fault=kill_one_of("gateway-1", "gateway-2"),
            inject=AllOf((Healed("order_killed"), OperationsEnded(CHANGE_ACCOUNT, 37))),
            heal=OperationsEnded(CHANGE_ACCOUNT, 47),
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
    minimums=MINIMUMS,
)
