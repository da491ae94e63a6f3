"""flash_sale: 300 buyers, 100 units; a lock master and an order instance are killed meanwhile."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_LOCKED_SALE
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.flash_sale import FlashSale
from harness.experiment import AllOf, Exercised, Experiment, FaultPlan, Healed, Minimum, OperationsEnded, ServiceLevel
from harness.faults.kill import kill_one_of
from harness.history import Ending

ANSWERED = frozenset({Ending.OK, Ending.FAIL})

flash_sale: Experiment[RunningShop] = Experiment(
    name="flash_sale",
    about=(
        "300 buyers want the 100 units of one product, from two order and two product instances. Meanwhile one of the"
        " three lock masters is killed and restarted, then an order instance is killed with -9 and restarted."
    ),
    system=ShopSystem(
        instances={"order": 2, "product": 2},
        environment={"user": CHEAP_PASSWORDS},
        watchers=("locks",),
    ),
    workload=FlashSale(stock=100, buyers=300, concurrent=40),
    faults=(
        FaultPlan(
            name="lock_master_killed",
            fault=kill_one_of("redis-lock-1", "redis-lock-2", "redis-lock-3"),
            inject=OperationsEnded(PLACE_ORDER, 20),
            heal=OperationsEnded(PLACE_ORDER, 60),
        ),
        FaultPlan(
            name="order_instance_killed",
            fault=kill_one_of("order-1", "order-2"),
            inject=AllOf((Healed("lock_master_killed"), OperationsEnded(PLACE_ORDER, 70))),
            heal=OperationsEnded(PLACE_ORDER, 130),
        ),
    ),
    guarantees=(*OF_A_LOCKED_SALE, "catalogue_told_truly", "limits_kept", "times_told_truly"),
    exercised=(
        Exercised(guarantee="legal_transitions", counted="read more than once", at_least=40),
        Exercised(guarantee="stock_told_truly", counted="told that it is sold out", at_least=50),
        Exercised(guarantee="stock_told_truly", counted="of them while another got the last units", at_least=15),
        Exercised(guarantee="rightful_requests_succeed", counted="payments", at_least=20),
        Exercised(guarantee="charged_at_most_once", counted="captures", at_least=20),
        Exercised(guarantee="amounts_agree", counted="lines at a price that staff set", at_least=60),
        Exercised(guarantee="mail_tells_its_order", counted="mails whose text was read", at_least=20),
    ),
    minimums=(
        Minimum(operation=PLACE_ORDER, count=280, per_second=2.0, endings=ANSWERED),
        Minimum(operation=PLACE_ORDER, count=80, endings=frozenset({Ending.OK})),
    ),
    levels=(
        # Seen, on a machine with a load of ten and without: 11 to 15 orders and 4 to 7 payments a second.
        ServiceLevel(operation=PLACE_ORDER, succeeded=95, unserved=0.1, per_second=1.5),
        ServiceLevel(operation=COMPLETE_ORDER, succeeded=25, unserved=0.3, per_second=0.5),
    ),
    ceilings=(DECIDED_SOON,),
    default=True,
)
