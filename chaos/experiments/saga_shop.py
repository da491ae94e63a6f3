"""The system of the experiments on sagas."""

from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.subject import ShopSystem

LEASE_S = 3
"""The lease of a saga, after which another instance takes it over; 15 s in production."""


def saga_shop(*watchers: str, order: dict[str, str] | None = None, payment: dict[str, str] | None = None) -> ShopSystem:
    """Two instances of each service that a saga calls, every edge proxied, with environments of order and payment."""
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
