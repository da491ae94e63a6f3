"""identity_cache_down: accounts change while the cache of their versions is killed and cut off from one instance."""

from chaos.observations.identity import CHANGE_ACCOUNT
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.identity import ENVIRONMENT, MINIMUMS, UNKNOWN, Identity
from harness.experiment import AllOf, Exercised, Experiment, FaultPlan, Healed, Minimum, OperationsEnded
from harness.faults.cut import cut_one_of
from harness.faults.kill import kill

identity_cache_down: Experiment[RunningShop] = Experiment(
    name="identity_cache_down",
    about=(
        "Customers and staff change passwords, names and roles at two gateways and two instances of user. Meanwhile redis-cache"
        " is killed and restarted, then one instance of user is cut off from it. Every old token is tried at every instance."
    ),
    system=ShopSystem(instances={"gateway": 2, "user": 2}, environment=ENVIRONMENT, proxied=True),
    workload=Identity(),
    faults=(
        FaultPlan(
            name="cache_killed",
            fault=kill("redis-cache"),
            inject=OperationsEnded(CHANGE_ACCOUNT, 8),
            heal=OperationsEnded(CHANGE_ACCOUNT, 30),
        ),
        FaultPlan(
            name="user_cut_off_from_cache",
            fault=cut_one_of("user-1->redis-cache", "user-2->redis-cache"),
            inject=AllOf((Healed("cache_killed"), OperationsEnded(CHANGE_ACCOUNT, 40))),
            heal=OperationsEnded(CHANGE_ACCOUNT, 58),
        ),
    ),
    guarantees=(
        "stale_tokens_rejected",
        "registers_linearizable",
        "rightful_requests_succeed",
        "private_to_owner",
        "one_order_per_key",
        "lists_are_complete",
        "honest_errors",
        "recovers",
    ),
    exercised=(
        Exercised(guarantee="rightful_requests_succeed", counted="uses of tokens in force", at_least=50),
        Exercised(guarantee="stale_tokens_rejected", counted="verifiers shown a void one", at_least=4),
        Exercised(guarantee="private_to_owner", counted="kinds of attempts", at_least=10),
        Exercised(guarantee="lists_are_complete", counted="orders shown", at_least=25),
    ),
    minimums=(*MINIMUMS, Minimum(operation=CHANGE_ACCOUNT, count=5, endings=UNKNOWN)),
    default=True,
)
