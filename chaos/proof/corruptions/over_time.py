"""State over time: values that nobody wrote, states that nobody asked for, stock told wrongly, time to pay cut short."""

from chaos.guarantees import joining
from chaos.observations import identity
from chaos.observations.catalogue import READ_STOCK
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.observations.stock import STOCK
from chaos.proof.lookups import answered, every, in_state, never_asked, number, status
from harness.history import Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions


def of_untouched(draft: Draft, read: Operation) -> bool:
    """Reads of orders that nobody asked to complete or cancel."""
    return never_asked(draft, {"id": str(read.input.get("order_id"))})


def at_a_gateway(_draft: Draft, use: Operation) -> bool:
    """Uses of a token at a gateway that showed the account."""
    return use.ok and str(use.input["at"]).startswith("gateway")


AWAITS_PAYMENT = every(answered(201), in_state("RESERVED"), never_asked)
READ = Operations((READ_ORDER,), every(status(200), of_untouched))
LOGINS = Operations((identity.LOG_IN,), lambda _draft, login: login.ok)
SHOWN = Operations((identity.USE_TOKEN,), at_a_gateway)

REGISTERS = corruptions(
    "registers_linearizable",
    {
        "an order is read as paid that nobody asked to complete": READ.answered(status="PAID"),
        "an order is read as cancelled that nobody asked to cancel": READ.answered(status="CANCELLED"),
        "an order rests as paid that nobody asked to complete": Rows(ORDERS, AWAITS_PAYMENT).change(status="PAID"),
        "an order rests as cancelled that nobody asked to cancel": Rows(ORDERS, AWAITS_PAYMENT).change(status="CANCELLED"),
        "a name is shown that nobody wrote": SHOWN.answered(name="Mallory"),
        "a role is shown that nobody gave": SHOWN.answered(role="OWNER"),
        "an address is shown that nobody set": SHOWN.answered(email="mallory@shop.example"),
        "one can log in with an address that the account never had": LOGINS.asked(email="mallory@shop.example"),
    },
)

SOLD_OUT: Row = {"title": "Conflict", "status": 409, "code": "OUT_OF_STOCK"}


def of_plenty(draft: Draft, placing: Operation) -> bool:
    """Requests for products of which there is more at rest than anybody wants."""
    left = {str(row["product_id"]): number(row, "available") for row in draft.rows[STOCK]}
    return placing.status == 201 and all(left[product] > PLENTY for product in joining.sent_lines(placing))


def asks_stock(draft: Draft, placing: Operation) -> Row:
    """The input of staff who read the stock of a product that was ordered."""
    return {"product_id": next(iter(joining.sent_lines(placing)))}


PLENTY = 100
STAFF = {"name": READ_STOCK, "process": "staff", "input": asks_stock}
PLACED = Operations((PLACE_ORDER,), of_plenty)

SHELVES = corruptions(
    "stock_told_truly",
    {
        "an order is sold out though there is plenty": PLACED.answered(409, SOLD_OUT),
        "a retry is told that it is sold out though there is plenty": PLACED.again(409, SOLD_OUT),
        "staff read more units than were ever put in": PLACED.again(200, {"available": 1_000_000}, **STAFF),
        "staff read that nothing is left though there is plenty": PLACED.again(200, {"available": 0}, **STAFF),
        "staff read units as sold that nobody paid": PLACED.again(200, {"sold": 1_000_000}, **STAFF),
        "staff read units as reserved that nobody ordered": PLACED.again(200, {"reserved": 1_000_000}, **STAFF),
        "staff read a debt of units": PLACED.again(200, {"available": -1}, **STAFF),
    },
)


def early(draft: Draft, asked: Operation) -> bool:
    """Operations on a reserved order that ended soon after it was first asked for."""
    made = [each for each in draft.operations if each.name == PLACE_ORDER]
    key = next((each.input["key"] for each in made if each.output.get("id") == asked.input.get("order_id")), None)
    first = min((each.invoked_ns for each in made if each.input["key"] == key and each.process == asked.process), default=0)
    return key is not None and asked.completed_ns is not None and asked.completed_ns - first < SOON_NS


def shows_reserved(_draft: Draft, read: Operation) -> bool:
    """Answers that show a reserved order."""
    return read.ok and read.output.get("status") == "RESERVED"


SOON_NS = 10_000_000_000
EARLY_READ = Operations((READ_ORDER,), every(shows_reserved, early))
SHOWS = Operations((PLACE_ORDER, READ_ORDER), shows_reserved)
ENDS = Operations((COMPLETE_ORDER, CANCEL_ORDER), every(status(200, 402), early))

TIME = corruptions(
    "reservations_last",
    {
        "an order expires when it is reserved": SHOWS.answered(expires_at=lambda _draft, each: each.output["updated_at"]),
        "an order has years to be paid": SHOWS.answered(expires_at="2036-11-22T12:00:00.000000Z"),
        "an order is read as expired at once": EARLY_READ.answered(status="EXPIRED"),
        "an order is refused as expired at once": ENDS.answered(409, {"status": 409, "code": "ORDER_EXPIRED"}),
    },
)

CORRUPTIONS = (*REGISTERS, *SHELVES, *TIME)
