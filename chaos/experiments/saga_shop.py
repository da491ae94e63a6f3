"""The shop that the experiments on sagas are done to."""

from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.subject import ShopSystem

LEASE_S = 3
"""How long a saga stays with an instance that does not answer for it any more; 15 s in a real shop."""


def saga_shop(*watchers: str, order: dict[str, str] | None = None, payment: dict[str, str] | None = None) -> ShopSystem:
    """Two instances of each service that a saga passes through, every edge breakable, with settings of order and payment."""
    return ShopSystem(
        instances={"order": 2, "payment": 2, "product": 2},
        environment={
            "order": {"SAGA_LEASE_S": f"{LEASE_S}", **(order or {})},
            "payment": payment or {},
            "user": CHEAP_PASSWORDS,
        },
        proxied=True,
        watchers=watchers,
    )
