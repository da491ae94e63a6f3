"""Money and mail: charged twice, paid without a capture, other amounts, confirmations lost or sent to the wrong order."""

from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.observations.orders import ORDERS
from chaos.observations.outside import CUSTOMERS_KEY, MAILBOX, PROVIDER_LEDGER
from chaos.proof.lookups import by_the_shop, charged_by_the_shop, every, in_state, last, taken_by_the_shop, where
from chaos.proof.orders import money
from harness.history import Row
from harness.proof import Draft, Rows, both, corruptions

NEXT = last(PROVIDER_LEDGER, "seq")
CAPTURES, REFUNDS = (
    Rows(PROVIDER_LEDGER, where(kind="capture")),
    Rows(PROVIDER_LEDGER, every(where(kind="refund"), taken_by_the_shop)),
)
STANDING = Rows(PROVIDER_LEDGER, every(where(kind="capture"), in_state("PAID"), by_the_shop))
PAID = Rows(ORDERS, where(status="PAID"))
CHARGED_BY_SHOP = Rows(ORDERS, every(where(status="PAID"), charged_by_the_shop))
UNPAID = Rows(ORDERS, lambda _draft, row: row["status"] not in ("PAID", "REJECTED") and row["total_minor"])


def captured(draft: Draft, order: Row, payment: str) -> Row:
    """An entry that captures an order's total."""
    total = order["total_minor"]
    assert isinstance(total, int)  # noqa: S101 - UNPAID has only such
    return {
        "seq": NEXT(draft, order),
        "payment_id": payment,
        "reference": order["id"],
        "kind": "capture",
        "amount": money(total),
        "idempotency_key": None,
    }


def capture_of_unpaid(draft: Draft, random: Random) -> Row | None:
    """A capture for an order that nobody paid."""
    orders = [row for row in draft.rows[ORDERS] if UNPAID.where(draft, row)]
    return captured(draft, random.choice(orders), "pay_stray") if orders else None


def another_paid(draft: Draft, row: Row) -> object:
    """Another order that is paid; "" where there is none."""
    paid = [each["id"] for each in draft.rows[ORDERS] if each["status"] == "PAID" and each["id"] != row["reference"]]
    return paid[0] if paid else ""


CHARGED = corruptions(
    "charged_at_most_once",
    {
        "a payment is captured twice": STANDING.duplicate(seq=NEXT),
        "an order is captured by two payments": STANDING.duplicate(seq=NEXT, payment_id="pay_other"),
        "a second capture is refunded later": both(
            STANDING.duplicate(seq=NEXT, payment_id="pay_other"),
            Rows(PROVIDER_LEDGER, where(payment_id="pay_other")).duplicate(seq=NEXT, kind="refund"),
        ),
        "a second payment was captured first": STANDING.duplicate(seq=0, payment_id="pay_other"),
        "an order is captured three times": both(
            STANDING.duplicate(seq=NEXT, payment_id="pay_other"),
            Rows(PROVIDER_LEDGER, where(payment_id="pay_other")).duplicate(seq=NEXT, payment_id="pay_third"),
        ),
        "a capture is booked on another paid order": STANDING.change(reference=another_paid),
    },
)

UNEQUAL = corruptions(
    "paid_iff_captured",
    {
        "a paid order was never captured": STANDING.drop(),
        "the provider has no ledger at all": CAPTURES.drop_all(),
        "a captured order is still reserved": CHARGED_BY_SHOP.change(status="RESERVED"),
        "a captured order has expired": CHARGED_BY_SHOP.change(status="EXPIRED"),
        "a paid order was refunded": STANDING.duplicate(seq=NEXT, kind="refund"),
        "a refund never reached the provider": REFUNDS.drop(),
        "an unpaid order was captured": Rows(PROVIDER_LEDGER).add(capture_of_unpaid),
        "a cent too much was captured": STANDING.change(amount=lambda _draft, row: money(row["amount"]["minor_units"] + 1)),
        "another currency was captured": STANDING.change(amount=lambda _draft, row: {**row["amount"], "currency": "USD"}),
        "an order's total has lost a cent": PAID.change(total_minor=lambda _draft, row: row["total_minor"] - 1),
        "an order names another payment": PAID.change(payment_id="pay_other"),
        "a cent that a customer captured past the shop has paid": STANDING.change(
            amount=money(1), idempotency_key=f"{CUSTOMERS_KEY}1"
        ),
        "two orders have exchanged their payments": PAID.swap("payment_id"),
        "a capture is for another order": STANDING.change(reference="00000000-0000-4000-8000-0000000000cc"),
    },
)

CONFIRMED = Rows(MAILBOX)


def mail_to_unpaid(draft: Draft, random: Random) -> Row | None:
    """A confirmation of an order that is not paid."""
    orders = [row for row in draft.rows[ORDERS] if row["status"] != "PAID"]
    if not orders:
        return None
    order = random.choice(orders)["id"]
    return {"message_id": f"<order-{order}@shop.example>", "order_id": order, "transmissions": 1}


MAILED = corruptions(
    "mail_once_per_paid_order",
    {
        "a confirmation was lost": CONFIRMED.drop(),
        "no confirmation was delivered": CONFIRMED.drop_all(),
        "a confirmation was delivered twice": CONFIRMED.duplicate(message_id="<again@shop.example>"),
        "the same message was delivered twice": CONFIRMED.duplicate(),
        "an unpaid order was confirmed": CONFIRMED.add(mail_to_unpaid),
        "a confirmation is of another order": CONFIRMED.change(order_id="00000000-0000-4000-8000-0000000000dd"),
        "a confirmation is of no order": CONFIRMED.change(order_id=None),
        "a paid order lost its state after its mail": PAID.change(status="CANCELLED"),
    },
)
RESENT = corruptions(
    "mail_once_per_paid_order",
    {"a confirmation was sent twice with nothing broken": CONFIRMED.change(transmissions=2)},
    calm=True,
)

CORRUPTIONS = (*CHARGED, *UNEQUAL, *MAILED, *RESENT)
