"""flash_sale_thousand: a thousand clients order at once, while a lock master and an order instance are killed."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.flash_sale import FlashSale
from harness.experiment import Experiment, FaultPlan, Minimum, OperationsEnded
from harness.faults.kill import kill_one_of
from harness.history import Ending

flash_sale_thousand: Experiment[RunningShop] = Experiment(
    name="flash_sale_thousand",
    about=(
        "1000 buyers, each with a connection of its own, order one of 100 units at the same time, through two gateways."
        " While they wait, a lock master and an order instance are killed with -9; both are ready before all are answered."
    ),
    system=ShopSystem(
        instances={"gateway": 2, "order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS, "gateway": {"ORDER_WAIT_S": "2", "ORDER_ACCEPT_S": "0.5"}},
    ),
    workload=FlashSale(stock=100, buyers=1000, concurrent=1000, daring=None),
    faults=(
        FaultPlan(
            name="lock_master_killed",
            fault=kill_one_of("redis-lock-1", "redis-lock-2", "redis-lock-3"),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=OperationsEnded(PLACE_ORDER, 400),
        ),
        FaultPlan(
            name="order_instance_killed",
            fault=kill_one_of("order-1", "order-2"),
            inject=OperationsEnded(PLACE_ORDER, 40),
            heal=OperationsEnded(PLACE_ORDER, 300),
        ),
    ),
    guarantees=OF_A_SALE,
    ceilings=(DECIDED_SOON,),
    minimums=(
        # One buyer in five does not retry after a 503, and hundreds may get one.
        Minimum(operation=PLACE_ORDER, count=700, endings=frozenset({Ending.OK, Ending.FAIL})),
        Minimum(operation=PLACE_ORDER, count=80, endings=frozenset({Ending.OK})),
    ),
)
