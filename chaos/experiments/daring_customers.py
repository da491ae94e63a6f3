"""daring_customers: no fault at all; customers and staff do everything that they can, also what they should not."""

from chaos.experiments.promises import CHEAP_PASSWORDS, DECIDED_SOON, OF_A_LOCKED_SALE
from chaos.observations import catalogue, identity
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.subject.examined import ExaminedShop
from chaos.workloads.daring_shop import DaringShop
from harness.experiment import Exercised, Experiment, Minimum
from harness.history import Ending

OK, REFUSED = frozenset({Ending.OK}), frozenset({Ending.FAIL})

daring_customers: Experiment[RunningShop] = Experiment(
    name="daring_customers",
    about=(
        "Two instances of every service, and 5 s to pay. Customers order, pay, cancel, repeat, page and trespass in every way"
        " there is, groups contest the last units of 60 products, staff change prices and stock meanwhile. Nothing is broken."
    ),
    system=ShopSystem(
        subject=ExaminedShop,
        instances=dict.fromkeys(("gateway", "user", "product", "order", "payment", "notification"), 2),
        environment={
            "user": CHEAP_PASSWORDS,
            "gateway": {"LOGIN_RATE": "100000/minute"},
            "order": {"RESERVATION_TTL_S": "5", "EXPIRY_POLL_S": "0.2"},
        },
        watchers=("fences", "locks"),
    ),
    workload=DaringShop(),
    guarantees=(
        *(name for name in OF_A_LOCKED_SALE if name != "recovers"),
        "private_to_owner",
        "lists_are_complete",
        "stale_tokens_rejected",
        "quiet_logs",
    ),
    exercised=(
        Exercised(guarantee="one_order_per_key", counted="keys sent again", at_least=5),
        Exercised(guarantee="stock_told_truly", counted="told that it is sold out", at_least=30),
        Exercised(guarantee="stock_told_truly", counted="stock read by staff", at_least=3),
        Exercised(guarantee="reservations_last", counted="seen expired", at_least=3),
        Exercised(guarantee="rightful_requests_succeed", counted="payments", at_least=20),
    ),
    ceilings=(DECIDED_SOON,),
    minimums=(
        Minimum(operation=PLACE_ORDER, count=150, endings=OK),
        Minimum(operation=PLACE_ORDER, count=80, endings=REFUSED),
        Minimum(operation=COMPLETE_ORDER, count=40, endings=OK),
        Minimum(operation=COMPLETE_ORDER, count=10, endings=REFUSED),
        Minimum(operation=CANCEL_ORDER, count=15, endings=OK),
        Minimum(operation=catalogue.SET_PRICE, count=4, endings=OK),
        Minimum(operation=catalogue.SET_STOCK, count=70, endings=OK),
        Minimum(operation=identity.LIST_ORDERS, count=15, endings=OK),
        Minimum(operation=identity.TRESPASS, count=6, endings=REFUSED),
        Minimum(operation=identity.CHANGE_ACCOUNT, count=2, endings=OK),
    ),
    default=True,
)
"""`recovers` is not judged, because nothing is broken."""
