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
            "gateway": {"LOGIN_RATE": "60/minute", "HASH_RATE": "120/minute"},
            "order": {"RESERVATION_TTL_S": "5", "EXPIRY_POLL_S": "1.2"},
        },
        watchers=("fences", "locks"),
    ),
    workload=DaringShop(),
    guarantees=(
        *(name for name in OF_A_LOCKED_SALE if name != "recovers"),
        "private_to_owner",
        "lists_are_complete",
        "catalogue_told_truly",
        "categories_told_truly",
        "limits_kept",
        "times_told_truly",
        "guessing_is_limited",
        "stale_tokens_rejected",
        "quiet_logs",
    ),
    exercised=(
        Exercised(guarantee="one_order_per_key", counted="keys sent again", at_least=5),
        Exercised(guarantee="stock_told_truly", counted="told that it is sold out", at_least=30),
        Exercised(guarantee="stock_told_truly", counted="stock read by staff", at_least=3),
        Exercised(guarantee="reservations_last", counted="seen expired", at_least=3),
        Exercised(guarantee="stock_told_truly", counted="of them while another got the last units", at_least=100),
        Exercised(guarantee="rightful_requests_succeed", counted="payments", at_least=20),
        Exercised(guarantee="rightful_requests_succeed", counted="uses of tokens in force", at_least=3),
        Exercised(guarantee="charged_at_most_once", counted="captures", at_least=25),
        Exercised(guarantee="legal_transitions", counted="read more than once", at_least=100),
        Exercised(guarantee="refusals_change_nothing", counted="declined", at_least=4),
        Exercised(guarantee="payment_books_agree", counted="captured past the shop and shown to it", at_least=2),
        Exercised(guarantee="amounts_agree", counted="lines at a price that staff set", at_least=100),
        Exercised(guarantee="lines_agree", counted="of several units or products", at_least=50),
        Exercised(guarantee="mail_tells_its_order", counted="mails whose text was read", at_least=25),
        Exercised(guarantee="payment_books_agree", counted="DECLINED", at_least=3),
        Exercised(guarantee="lists_are_complete", counted="of several pages", at_least=1),
        Exercised(guarantee="catalogue_told_truly", counted="pages known exactly", at_least=5),
        Exercised(guarantee="catalogue_told_truly", counted="pages after a cursor", at_least=3),
        Exercised(guarantee="categories_told_truly", counted="lists of children", at_least=15),
        Exercised(guarantee="limits_kept", counted="beyond a limit", at_least=10),
        Exercised(guarantee="stale_tokens_rejected", counted="refresh tokens refused as used before", at_least=1),
        Exercised(guarantee="stale_tokens_rejected", counted="logouts", at_least=1),
        Exercised(guarantee="stale_tokens_rejected", counted="verifiers shown a void one", at_least=2),
        Exercised(guarantee="guessing_is_limited", counted="refused as too many", at_least=5),
        Exercised(guarantee="guessing_is_limited", counted="accounts tried by a crowd", at_least=1),
        Exercised(guarantee="guessing_is_limited", counted="clients that tried too many accounts", at_least=1),
        Exercised(guarantee="private_to_owner", counted="kinds of attempts", at_least=5),
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
        Minimum(operation=identity.CHANGE_ACCOUNT, count=4, endings=OK),
        Minimum(operation=identity.LOG_IN, count=10, endings=REFUSED),
        Minimum(operation=catalogue.LIST_PRODUCTS, count=6, endings=OK),
    ),
    default=True,
)
"""`recovers` is not judged, because nothing is broken."""
