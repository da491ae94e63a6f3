"""What `gauntlet fuzz` does to the shop: its parts, one module each, and what is running and judged around them.

Every module of this package is loaded, so adding a part is adding a file; heavy libraries are imported where they are used.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.subject.examined import ExaminedShop
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.collect import collect
from harness.experiment import EventsSeen, Minimum
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.record import OVER
from harness.fuzz.suite import FuzzSuite
from harness.history import Ending

A_DAY_S = 86_400.0

CUSTOMERS = OpenShop(
    daring=None,
    until=EventsSeen(OVER),
    buyers=4,
    pause_s=2.0,
    timeout_s=A_DAY_S,
    habits=Habits(retries=0.9, attempts=30, pays=0.5),
)
"""Who buys all the while, and must not notice: the guarantees judge what they were answered."""

OF_CUSTOMERS = frozenset({"recovers", "stock_told_truly", "registers_linearizable", "mail_tells_its_order"})
"""Judged where nobody but customers and staff of the workload is at work: `recovers` needs a fault; parts of the fuzzing set
stock, change products and accounts and have mails sent by requests that are recorded without their content."""
GUARANTEES = (*(name for name in OF_A_SALE if name not in OF_CUSTOMERS), "lists_are_complete", "quiet_logs")
"""Without those of identity and of the lock, whose own workloads and watchers do not run: `across_users` and the books test
what they promise.
"""

PARTS: tuple[Fuzzer[RunningShop], ...] = collect(__name__, Fuzzer)

SUITE: FuzzSuite[RunningShop] = FuzzSuite(
    name="shop",
    about="The shop is sent what it must not trust.",
    system=ShopSystem(
        subject=ExaminedShop,
        instances={"order": 2, "product": 2, "user": 2, "payment": 2, "notification": 2},
        environment={
            "user": {**CHEAP_PASSWORDS, "REFRESH_AGAIN_S": "0"},  # a refresh token works once, whenever `model` shows it again
            "gateway": {"LOGIN_RATE": "100/minute"},  # enough for every part, and few enough to be reached
            "order": {"RESERVATION_TTL_S": "20"},  # so that orders of `model` expire within its time
        },
    ),
    parts=PARTS,
    guarantees=GUARANTEES,
    beside=CUSTOMERS,
    minimums=(Minimum(operation=PLACE_ORDER, count=4, endings=frozenset({Ending.OK})),),
)

FUZZERS = (SUITE,)
