"""What `gauntlet fuzz` does to the shop: its parts, one module each, and what is running and judged around them.

Every module of this package is loaded, so adding a part is adding a file; heavy libraries are imported where they are used.
"""

from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.subject import RunningShop, ShopSystem
from harness.collect import collect
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.suite import FuzzSuite

PARTS: tuple[Fuzzer[RunningShop], ...] = collect(__name__, Fuzzer)

SUITE: FuzzSuite[RunningShop] = FuzzSuite(
    name="shop",
    about="The shop is sent what it must not trust.",
    system=ShopSystem(
        instances={"order": 2, "product": 2, "user": 2, "payment": 2, "notification": 2},
        environment={
            "user": CHEAP_PASSWORDS,
            "gateway": {"LOGIN_RATE": "100000/minute"},
            "order": {"RESERVATION_TTL_S": "20"},  # so that orders of `model` expire within its time
        },
    ),
    parts=PARTS,
)

FUZZERS = (SUITE,)
