"""member_troubles: one of two instances of a service is killed, or paused for longer than its callers wait, at full traffic.

Siblings that differ in the service. Callers go on with the other instance; what was under way is taken over or repeated.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, Experiment, FaultPlan, Healed, InForceFor, Injected, Minimum, OperationsEnded
from harness.experiment.triggers import AnyTrigger
from harness.faults.inventory import Declaration
from harness.faults.kill import kill_one_of
from harness.faults.pause import pause_one_of
from harness.history import Ending

PAUSED_S = 6.0
"""Longer than any deadline of a call between services but those of sagas."""


def _trouble(service: str, what: str, fault: Declaration, heal: AnyTrigger, about: str) -> Experiment[RunningShop]:
    name = f"{service}_{what}"
    return Experiment(
        name=name,
        about=f"Customers buy from two instances of {service}; one of them, drawn by the seed, {about}",
        system=ShopSystem(
            instances={service: 2}, environment={"user": CHEAP_PASSWORDS, "order": {"SAGA_LEASE_S": "3"}}, watchers=("locks",)
        ),
        workload=OpenShop(until=Healed(name), habits=Habits(retries=0.9, attempts=30, pays=0.7)),
        faults=(FaultPlan(name=name, fault=fault, inject=OperationsEnded(PLACE_ORDER, 30), heal=heal),),
        guarantees=OF_A_LOCKED_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),),
    )


def _killed(service: str) -> Experiment[RunningShop]:
    heal = AllOf((Injected(f"{service}_killed"), OperationsEnded(PLACE_ORDER, 80)))
    fault = kill_one_of(f"{service}-1", f"{service}-2")
    return _trouble(service, "killed", fault, heal, "is killed with -9 and started again 50 orders later.")


def _paused(service: str) -> Experiment[RunningShop]:
    heal = InForceFor(f"{service}_paused", PAUSED_S)
    fault = pause_one_of(f"{service}-1", f"{service}-2")
    return _trouble(service, "paused", fault, heal, f"hangs (SIGSTOP) for {PAUSED_S:g} s, its connections open.")


product_killed, product_paused = _killed("product"), _paused("product")
user_killed, user_paused = _killed("user"), _paused("user")
gateway_killed, gateway_paused = _killed("gateway"), _paused("gateway")
payment_killed, payment_paused = _killed("payment"), _paused("payment")
notification_killed, notification_paused = _killed("notification"), _paused("notification")
