"""edge_troubles: a service cannot reach something that it calls, or gets its bytes late; its other edges work.

Siblings that differ in the edge. `cut` closes connections and refuses new ones; `lost` drops the bytes of open connections;
`late` holds all bytes for seconds and then delivers them in order, so that requests arrive after their callers have given up.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, InForceFor, Minimum, OperationsEnded
from harness.faults.cut import cut
from harness.faults.inventory import Declaration
from harness.faults.partition import partition
from harness.faults.stall import stall
from harness.history import Ending

ALONE = frozenset({"mysql", "rabbitmq", "provider"})
"""Callees of which there is one."""
SECONDS = 5.0
"""How long an edge is in trouble."""


def _trouble(caller: str, callee: str, how: str, fault: Declaration, about: str) -> Experiment[RunningShop]:
    name = f"{caller}_{how}_{callee.replace('-', '_')}"
    return Experiment(
        name=name,
        about=f"While customers buy, for {SECONDS:g} s, {about}",
        system=ShopSystem(
            environment={"user": CHEAP_PASSWORDS, "order": {"SAGA_LEASE_S": "3"}}, proxied=True, watchers=("locks",)
        ),
        workload=OpenShop(until=Healed(name), habits=Habits(retries=0.9, attempts=30, pays=0.7)),
        faults=(FaultPlan(name=name, fault=fault, inject=OperationsEnded(PLACE_ORDER, 30), heal=InForceFor(name, SECONDS)),),
        guarantees=OF_A_LOCKED_SALE,
        minimums=(Minimum(operation=PLACE_ORDER, count=45, endings=frozenset({Ending.OK})),),
    )


def _edge(caller: str, callee: str) -> str:
    return f"{caller}-*->{callee}" if callee in ALONE else f"{caller}-*->{callee}-*"


def _cut(caller: str, callee: str) -> Experiment[RunningShop]:
    fault = cut(_edge(caller, callee))
    return _trouble(caller, callee, "cut_from", fault, f"{caller} is refused by {callee}, and its connections are closed.")


def _lost(caller: str, callee: str) -> Experiment[RunningShop]:
    fault = partition((f"{caller}-*",), (callee,))
    about = f"what {caller} and {callee} send each other is lost, while their connections stay open."
    return _trouble(caller, callee, "partitioned_from", fault, about)


def _late(caller: str, callee: str) -> Experiment[RunningShop]:
    fault = stall(_edge(caller, callee))
    about = f"all bytes between {caller} and {callee} are held, and then delivered in order, as after a short partition."
    return _trouble(caller, callee, "late_with", fault, about)


user_partitioned_from_mysql = _lost("user", "mysql")
product_partitioned_from_mysql = _lost("product", "mysql")
order_partitioned_from_mysql = _lost("order", "mysql")
payment_partitioned_from_mysql = _lost("payment", "mysql")
notification_partitioned_from_mysql = _lost("notification", "mysql")

payment_cut_from_provider = _cut("payment", "provider")
payment_cut_from_notification = _cut("payment", "notification")
payment_cut_from_rabbitmq = _cut("payment", "rabbitmq")
gateway_cut_from_user = _cut("gateway", "user")
gateway_cut_from_order = _cut("gateway", "order")
gateway_cut_from_rabbitmq = _cut("gateway", "rabbitmq")

order_late_with_product = _late("order", "product")
order_late_with_payment = _late("order", "payment")
order_late_with_mysql = _late("order", "mysql")
order_late_with_rabbitmq = _late("order", "rabbitmq")
payment_late_with_provider = _late("payment", "provider")
gateway_late_with_order = _late("gateway", "order")
