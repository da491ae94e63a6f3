"""Books joined per order: lines, prices, totals, answers, payments and mails that differ from part to part of the shop."""

from typing import Any

from chaos.observations.catalogue import CREATE_PRODUCT, SET_PRICE
from chaos.observations.orders import COMPLETE_ORDER, ORDER_ITEMS, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.payments import PAYMENTS
from chaos.observations.stock import MOVEMENTS, RESERVATION_LINES, RESERVATIONS, STOCK
from chaos.proof.lookups import another, answered, beyond, by_the_shop, every, ids, in_state, last, status, where
from chaos.proof.orders import money
from harness.history import Operation
from harness.proof import Draft, Edit, Operations, Rows, corruptions

TAKEN = Operations((PLACE_ORDER,), status(201))
READ = Operations((READ_ORDER,), status(200))
ITEMS, LINES = Rows(ORDER_ITEMS, answered(201)), Rows(RESERVATION_LINES, answered(201))
ENTRIES = Rows(MOVEMENTS, answered(201))
CAPTURES = Rows(PROVIDER_LEDGER, every(where(kind="capture"), by_the_shop))
PAID = Rows(ORDERS, where(status="PAID"))
PAID_ITEMS = Rows(ORDER_ITEMS, in_state("PAID"))


def shown_otherwise(draft: Draft, read: Operation) -> bool:
    """Reads of an order whose time to pay another answer shows, too."""
    answers = [each for each in draft.operations if each.output.get("id") == read.output.get("id")]
    return read.status == 200 and sum(bool(each.output.get("expires_at")) for each in answers) > 1


SEEN_AGAIN = Operations((READ_ORDER,), shown_otherwise)


def of(kind: str) -> Rows:
    """Entries of a kind in the stock's ledger, of orders that were answered 201."""
    return Rows(MOVEMENTS, every(where(kind=kind), answered(201)))


def sold_at_one_price(draft: Draft, made: Operation) -> bool:
    """Products that orders were sold of, and whose price nobody changed."""
    changed = {each.input["product_id"] for each in draft.operations if each.name == SET_PRICE}
    sold = ids((row for row in draft.rows[ORDER_ITEMS] if row["unit_price_minor"]), "product_id")
    return made.output["id"] in sold and made.output["id"] not in changed


def first_line(**changes: Any) -> Any:
    """The lines of an answer, the first one changed."""

    def lines(_draft: Draft, told: Operation) -> Any:
        items: Any = told.output["items"]
        return [{**items[0], **changes}, *items[1:]]

    return lines


def paid_in_answer(_draft: Draft, told: Operation) -> bool:
    """Answers that show a paid order."""
    return told.output.get("status") == "PAID"


def retold(found: str, instead: str) -> Edit:
    """A mail says something else."""
    return Rows(MAILBOX).change(text=lambda _draft, row: row["text"].replace(found, instead))


def cents(step: int) -> Any:
    """The amount of an entry of the provider's ledger, some cents more."""
    return lambda _draft, row: money(row["amount"]["minor_units"] + step)


LINES_DIFFER = corruptions(
    "lines_agree",
    {
        "an order has a unit more than was sent": ITEMS.change(quantity=beyond("quantity")),
        "a reservation has a unit more than its order": LINES.change(quantity=beyond("quantity")),
        "a reservation is of another product": LINES.change(product_id=another(STOCK, "product_id")),
        "a line was never reserved": LINES.drop(),
        "the ledger took a unit more": of("RESERVE").change(quantity=beyond("quantity")),
        "units were taken twice": of("RESERVE").duplicate(id=last(MOVEMENTS, "id")),
        "units were sold twice": of("CONFIRM").duplicate(id=last(MOVEMENTS, "id")),
        "units were given back twice": of("RELEASE").duplicate(id=last(MOVEMENTS, "id")),
        "units were given back and never taken": of("RESERVE").drop(),
        "two orders have exchanged their ledger entries": of("RESERVE").swap("quantity"),
        "an entry is of another product": ENTRIES.change(product_id=another(STOCK, "product_id")),
        "a sold reservation is called released": Rows(RESERVATIONS, in_state("PAID")).change(state="RELEASED"),
        "an order goes elsewhere": Rows(ORDERS, answered(201)).change(city="Elsewhere"),
    },
)

AMOUNTS_DIFFER = corruptions(
    "amounts_agree",
    {
        "a line costs a cent less": PAID_ITEMS.change(unit_price_minor=beyond("unit_price_minor", -1)),
        "a total is a cent too high": PAID.change(total_minor=beyond("total_minor")),
        "an order has another currency": PAID.change(currency="USD"),
        "a line has another currency": PAID_ITEMS.change(currency="USD"),
        "a line has no price": PAID_ITEMS.change(unit_price_minor=None),
        "a price was set to something else": Operations((CREATE_PRODUCT,), sold_at_one_price).asked(price=money(7)),
        "a product was made in another currency": Operations((CREATE_PRODUCT,), sold_at_one_price).asked(
            price=lambda _draft, made: {**made.input["price"], "currency": "USD"}
        ),
        "a cent less was captured": CAPTURES.change(amount=cents(-1)),
        "a cent less was given back": Rows(PROVIDER_LEDGER, where(kind="refund")).change(amount=cents(-1)),
        "a payment that nobody named was captured": CAPTURES.duplicate(
            seq=last(PROVIDER_LEDGER, "seq"), payment_id="pay_other"
        ),
    },
)

ANSWERS_DIFFER = corruptions(
    "answers_agree",
    {
        "a 201 shows another total": TAKEN.answered(total=money(1)),
        "a 201 shows no total": TAKEN.answered(total=None),
        "a 201 shows a unit more": TAKEN.answered(items=first_line(quantity=99)),
        "a 201 shows another product": TAKEN.answered(items=first_line(product_id="another")),
        "a 201 shows another price": TAKEN.answered(items=first_line(unit_price=money(3))),
        "a 201 shows another name": TAKEN.answered(items=first_line(name="Chair")),
        "a 201 shows no lines": TAKEN.answered(items=[]),
        "a read shows another address": READ.answered(delivery_address={"street": "Elsewhere"}),
        "a read shows another payment": Operations((READ_ORDER, COMPLETE_ORDER), paid_in_answer).answered(
            payment_id="pay_other"
        ),
        "a read shows another time to pay": SEEN_AGAIN.answered(expires_at="2026-11-22T13:00:00.000000Z"),
        "a row has another total than was told": Rows(ORDERS, answered(201)).change(total_minor=beyond("total_minor")),
    },
)

PAYMENTS_DIFFER = corruptions(
    "payment_books_agree",
    {
        "payment forgot a capture": Rows(PAYMENTS, where(status="CAPTURED")).drop(),
        "payment calls a capture declined": Rows(PAYMENTS, where(status="CAPTURED")).change(status="DECLINED"),
        "payment calls a capture refunded": Rows(PAYMENTS, where(status="CAPTURED")).change(status="REFUNDED"),
        "payment left a capture open": Rows(PAYMENTS, where(status="CAPTURED")).change(status="PENDING"),
        "payment calls a declined payment captured": Rows(PAYMENTS, where(status="DECLINED")).change(status="CAPTURED"),
        "payment calls a refund captured": Rows(PAYMENTS, where(status="REFUNDED")).change(status="CAPTURED"),
        "payment has another amount": Rows(PAYMENTS, where(status="CAPTURED")).change(amount_minor=beyond("amount_minor")),
        "the provider never captured it": Rows(
            PROVIDER_LEDGER, every(where(kind="capture"), in_state("PAID"), by_the_shop)
        ).drop(),
    },
)

MAIL_DIFFERS = corruptions(
    "mail_tells_its_order",
    {
        "a mail goes to somebody else": Rows(MAILBOX).change(to="eve@shop.example"),
        "a mail has another subject": Rows(MAILBOX).change(subject="Your order 00000000 is confirmed"),
        "a mail states another total": retold("Total: ", "Total: 1"),
        "a mail states no total": retold("Total", "Sum"),
        "a mail states a unit more": retold(" x ", "9 x "),
        "a mail states another product": retold("amp", "ump"),
        "a mail states no id": Rows(MAILBOX).change(text=lambda _draft, row: row["text"].replace(row["order_id"], "-")),
        "a mail came before the capture": Rows(MAILBOX).change(at_monotonic=0.0),
        "a mail is about no order": Rows(MAILBOX).change(order_id="00000000-0000-4000-8000-0000000000ee"),
    },
)

CORRUPTIONS = (*LINES_DIFFER, *AMOUNTS_DIFFER, *ANSWERS_DIFFER, *PAYMENTS_DIFFER, *MAIL_DIFFERS)
