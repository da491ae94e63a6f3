"""Payment's own books against the provider's ledger, per order and payment: neither knows of money that the other does not.

The shop's payments are read before the ledger, so what they call captured is captured at any time; that nothing is missing
from them, and that nothing is left unsettled, is judged at rest only. A payment is declined for one reason, that of its card,
which is told to the customer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chaos.guarantees import joining, reading
from chaos.observations.orders import AUTHORISE_PAYMENT, COMPLETE_ORDER, ORDERS
from chaos.observations.outside import DECLINED_AS, PROVIDER_LEDGER, Amount, Kind
from chaos.observations.payments import PAYMENTS, PaymentRow
from harness.history import History, NotObservedError
from harness.verdict import Finding, Violation, guarantee

SCRIPT = "provider_script"
"""The kind of the fault that makes the provider decline."""
DECLINED, USED = 402, "PAYMENT_ALREADY_USED"
"""The status of a payment that is declined, and the code of one that has paid another order since it was declined here."""
ACCEPTED = 202
"""The status of a complete_order that goes on: it must come to a payment that is settled."""

UNTAKEN = frozenset({"PENDING", "DECLINED"})
"""Statuses of payments with the shop in which what their customer captured past it is none of its money."""

Paid = tuple[str, str]
"""An order and a payment of the provider."""


@dataclass(frozen=True)
class Standing:
    """What the ledger says of a payment: the amount captured (None: never), and whether it was given back since."""

    captured: Amount | None = None
    refunded: bool = False

    @property
    def taken(self) -> bool:
        """Whether the money is with the shop."""
        return self.captured is not None and not self.refunded


@guarantee
def payment_books_agree(history: History) -> Finding:
    """At rest: payment's books say CAPTURED exactly for what the provider captured and did not refund, amounts equal."""
    if not reading.was_observed(history, PAYMENTS):
        raise NotObservedError(f"{PAYMENTS} was never observed in this run")
    books = {(row.order_id, row.provider_payment_id): row for row in reading.payments(history)}
    ledger = _standings(history)
    used = {(row.id, row.payment_id) for row in reading.orders(history) if row.status == "PAID"}
    elsewhere = joining.captured_elsewhere(history)
    for paid in elsewhere - used:
        if paid not in books or books[paid].status in UNTAKEN:
            del ledger[paid]
    rested = reading.at_rest(history, ORDERS, PAYMENTS, PROVIDER_LEDGER)
    moving = {saga.subject for saga in reading.sagas(history)}
    asked = joining.operations_by_order(history, COMPLETE_ORDER)
    found: list[tuple[Paid, str]] = [
        (paid, why)
        for paid in sorted(books.keys() | ledger.keys())
        if (why := _differs(books.get(paid), ledger.get(paid, Standing()), final=rested and paid[0] not in moving))
    ]
    authorised = {(each.reference, each.payment_id) for each in reading.ledger(history) if each.kind is Kind.AUTHORIZE}
    for operation in history.named(COMPLETE_ORDER):
        paid = (str(operation.input.get("order_id")), str(operation.input.get("payment_id")))
        if operation.status == ACCEPTED and rested and paid[0] not in moving and paid in authorised - books.keys():
            found.append((paid, f"operation {operation.id} was answered {ACCEPTED}, and payment knows nothing of it"))
    found += _told(history, books)
    finding = Finding(
        judged=len(books),
        violations=tuple(
            Violation(
                what=f"order {order}, payment {payment}: {why}",
                operations=asked.get(order, ()),
                facts={"order_id": order, "payment_id": payment},
            )
            for (order, payment), why in found
        ),
        counts={
            **{status: sum(row.status == status for row in books.values()) for status in ("CAPTURED", "DECLINED", "REFUNDED")},
            "captured past the shop and shown to it": len(elsewhere & books.keys()),
        },
    )
    return reading.borne_out(finding, rested=rested)


def _told(history: History, books: Mapping[Paid, PaymentRow]) -> Iterable[tuple[Paid, str]]:
    """Payments declined for a reason that customers were not told, or that is not their card's."""
    methods = {
        (str(each.input.get("order_id")), str(each.output.get("id"))): str(each.input.get("method"))
        for each in history.named(AUTHORISE_PAYMENT)
        if each.ok
    }
    declined = {(each.reference, each.payment_id) for each in reading.ledger(history) if each.kind is Kind.DECLINE}
    for operation in history.named(COMPLETE_ORDER):
        paid = (str(operation.input.get("order_id")), str(operation.input.get("payment_id")))
        row, code = books.get(paid), operation.output.get("code")
        if operation.status == DECLINED and row is not None and row.status == "DECLINED" and code not in (row.reason, USED):
            yield paid, f"operation {operation.id} was told {code}, and it is DECLINED as {row.reason}"
    if any(fault.spec is not None and fault.spec.kind == SCRIPT for fault in history.faults):
        return  # the provider was told to decline for reasons of a script's
    for paid in sorted(declined & books.keys()):
        due = DECLINED_AS.get(methods.get(paid, ""))
        if due is not None and books[paid].status == "DECLINED" and books[paid].reason != due:
            yield paid, f"DECLINED as {books[paid].reason} by payment's books, where {due} was due by its card"


def _standings(history: History) -> dict[Paid, Standing]:
    found: dict[Paid, Standing] = {}
    for entry in reading.ledger(history):
        paid = (entry.reference, entry.payment_id)
        if entry.kind is Kind.CAPTURE:
            found[paid] = Standing(entry.amount)
        elif entry.kind is Kind.REFUND:
            found[paid] = Standing(found.get(paid, Standing()).captured, refunded=True)
    return found


def _differs(row: PaymentRow | None, ledger: Standing, *, final: bool) -> str:
    """Why payment's row contradicts the ledger, or nothing; `final` when nothing of the order is under way."""
    if row is None:
        return f"{ledger.captured} captured, of which payment knows nothing" if ledger.captured and final else ""
    amount = Amount(row.amount_minor, row.currency or "") if row.amount_minor is not None else None
    if row.status == "CAPTURED" and ledger.captured is None:
        return "CAPTURED by payment's books, and never by the provider's ledger"
    if ledger.captured and amount and ledger.captured != amount:
        return f"{amount} by payment's books, {ledger.captured} by the provider's ledger"
    if not final:
        return ""
    if row.status == "PENDING":
        return "still PENDING at rest"
    if (row.status == "CAPTURED") != ledger.taken:
        return f"{row.status} by payment's books, but the money is {'with the shop' if ledger.taken else 'given back'}"
    return ""
