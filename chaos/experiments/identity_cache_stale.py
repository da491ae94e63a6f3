"""identity_cache_stale: the cache of account versions is flushed repeatedly, or written late, while accounts change."""

from chaos.observations.identity import CHANGE_ACCOUNT
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.identity import ENVIRONMENT, MINIMUMS, Identity
from harness.direction import Direction
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, Injected, OperationsEnded
from harness.faults.cut import cut_one_of
from harness.faults.flush import flush
from harness.faults.toxic import toxic

identity_cache_stale: Experiment[RunningShop] = Experiment(
    name="identity_cache_stale",
    about=(
        "Customers and staff change passwords, names and roles at two gateways and two instances of user. Meanwhile redis-cache"
        " is flushed five times a second, while one user instance's writes to it arrive after others changed the account; then"
        " one instance is cut off from it. No old version becomes valid again: every old token is tried at every instance."
    ),
    system=ShopSystem(instances={"gateway": 2, "user": 2}, environment=ENVIRONMENT, proxied=True),
    workload=Identity(rounds=7),
    faults=(
        FaultPlan(
            name="cache_flushed",
            fault=flush("redis-cache"),
            inject=OperationsEnded(CHANGE_ACCOUNT, 5),
            heal=AllOf((Healed("cache_written_late"), OperationsEnded(CHANGE_ACCOUNT, 40))),
        ),
        FaultPlan(
            name="cache_written_late",
            # Less than the 200 ms that the user service waits, or it would skip the cache; more than a change takes.
            fault=toxic("latency", "user-1->redis-cache", stream=Direction.UPSTREAM, latency=120, jitter=60),
            inject=AllOf((Injected("cache_flushed"), OperationsEnded(CHANGE_ACCOUNT, 15))),
            heal=OperationsEnded(CHANGE_ACCOUNT, 38),
        ),
        FaultPlan(
            name="user_cut_off_from_cache",
            fault=cut_one_of("user-1->redis-cache", "user-2->redis-cache"),
            inject=AllOf((Healed("cache_flushed"), OperationsEnded(CHANGE_ACCOUNT, 42))),
            heal=OperationsEnded(CHANGE_ACCOUNT, 52),
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
    minimums=MINIMUMS,
)
