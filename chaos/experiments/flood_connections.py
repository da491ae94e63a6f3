"""flood_connections: two thousand connections to the gateway are held open, idle or with an unfinished request."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.open_shop import OpenShop
from harness.experiment import Experiment, FaultPlan, Healed, Minimum, OperationsEnded
from harness.faults.connection_flood import connection_flood
from harness.history import Ending

flood_connections: Experiment[RunningShop] = Experiment(
    name="flood_connections",
    about=(
        "Two thousand connections to the gateway are opened and held, half of them with an unfinished request."
        " The gateway, which would close them after 10 s, is told to wait for two minutes. Customers' orders are answered as"
        " without them."
    ),
    system=ShopSystem(instances={"order": 2}, environment={"user": CHEAP_PASSWORDS, "gateway": {"HEAD_TIMEOUT_S": "120"}}),
    workload=OpenShop(until=Healed("strangers")),
    faults=(
        FaultPlan(
            name="strangers",
            fault=connection_flood("gateway-1", "http", 2000),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=OperationsEnded(PLACE_ORDER, 120),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=PLACE_ORDER, count=100, endings=frozenset({Ending.OK})),),
)
