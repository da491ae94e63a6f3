"""expiry_under_load: a sale in which most reservations expire, and the instance that lets them expire is killed meanwhile."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_LOCKED_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.flash_sale import FlashSale
from harness.experiment import Experiment, FaultPlan, Minimum, OperationsEnded
from harness.faults.kill import kill_one_of
from harness.history import Ending

expiry_under_load: Experiment[RunningShop] = Experiment(
    name="expiry_under_load",
    about=(
        "160 buyers want the 60 units of one product, have 2 s to pay, and seldom do: units come back and are sold again. An"
        " order instance is killed with -9 meanwhile. No unit is lost, and nothing is paid that has expired."
    ),
    system=ShopSystem(
        instances={"order": 2, "product": 2},
        environment={
            "user": CHEAP_PASSWORDS,
            "order": {"RESERVATION_TTL_S": "2", "EXPIRY_POLL_S": "0.1", "SAGA_LEASE_S": "3"},
        },
        watchers=("locks",),
    ),
    workload=FlashSale(stock=60, buyers=160, concurrent=20, habits=Habits(pays=0.3, cancels=0.1)),
    faults=(
        FaultPlan(
            name="order_killed",
            fault=kill_one_of("order-1", "order-2"),
            inject=OperationsEnded(PLACE_ORDER, 60),
            heal=OperationsEnded(PLACE_ORDER, 110),
        ),
    ),
    guarantees=OF_A_LOCKED_SALE,
    ceilings=(DECIDED_SOON,),
    minimums=(Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),),
)
