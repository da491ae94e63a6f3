"""What load profiles share: the shop that is loaded, in several instances, the Locust files, and the promises that judge it."""

from pathlib import Path

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.subject import RunningShop, ShopSystem

CLOSED, OPEN = (Path(__file__).with_name(name) for name in ("locustfile.py", "open_locustfile.py"))
"""Who goes on when answered, and who comes when the clock says so."""

AT_ONCE_S = 0.75
"""So long it takes to send the requests of a thousand users who all begin at once, beside the shop on two processors."""

OF_PAYING = frozenset(
    {
        "charged_at_most_once",
        "paid_iff_captured",
        "mail_once_per_paid_order",
        "payment_books_agree",
        "mail_tells_its_order",
        "inbox_agrees",
    }
)
PAID = tuple(name for name in OF_A_SALE if name != "recovers")
"""Of a load in which somebody pays; where faults are not what is tried, nothing has to recover."""
PROMISES = tuple(name for name in PAID if name not in OF_PAYING)
"""Of a load in which nobody pays."""

SHOP: ShopSystem = ShopSystem(
    subject=RunningShop, instances={"gateway": 2, "order": 2, "product": 2}, environment={"user": CHEAP_PASSWORDS}
)
