"""The bench of the shop: placing, paying and reading at several numbers of users, and what its parts cost alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chaos.load.operations import READ_ACCOUNT
from chaos.load.parts import PARTS
from chaos.load.shops import AT_ONCE_S, CLOSED, SHOP
from chaos.load.world import Shop
from chaos.observations.identity import READ_PRODUCT
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER
from chaos.subject import RunningShop
from harness.load.bench import Bench, Scenario
from harness.load.profile import LoadProfile

SECONDS = 8.0
JUDGED = ("no_oversell", "honest_errors")
OF_PLACING: Mapping[str, Any] = MappingProxyType(
    {"system": SHOP, "world": Shop(stock=100_000), "locustfile": CLOSED, "late_s": AT_ONCE_S, "seconds": SECONDS}
)


def _scenario(name: str, what: str, operation: str, user: str, users: int) -> Scenario[RunningShop]:
    judged = JUDGED if operation == PLACE_ORDER else ("honest_errors",)
    profile: LoadProfile[RunningShop] = LoadProfile(
        name=f"bench_{name}", about=f"{what}, for {SECONDS:g} s.", user=user, users=users, guarantees=judged, **OF_PLACING
    )
    return Scenario(name=what, profile=profile, operation=operation)


BENCH: Bench[RunningShop] = Bench(
    about="Two gateways, order and product instances, one of every other service; the generator is on the same machine.",
    scenarios=(
        *(_scenario(f"place_{users}", f"place, {users} users", PLACE_ORDER, "Buyers", users) for users in (50, 200, 1000)),
        _scenario("pay", "place, pay, complete, mail, 50 users", COMPLETE_ORDER, "Payers", 50),
        _scenario("account", "GET /users/me, 50 users", READ_ACCOUNT, "AccountReaders", 50),
        _scenario("product", "GET /products/{id}, 50 users", READ_PRODUCT, "ProductReaders", 50),
    ),
    parts=PARTS,
)
