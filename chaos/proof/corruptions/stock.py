"""Stock: units sold that there never were, books that do not add up, locks held by two, fences that hold nobody off."""

from pydantic import JsonValue

from chaos.guarantees import joining
from chaos.observations.locks import LOCK_GRANTS
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.stock import MOVEMENTS, RESERVATION_LINES, RESERVATIONS, STOCK
from chaos.proof.lookups import another, beyond, ids, last, number, status, told, where
from harness.history import Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions

MANY = 10_000
TAKEN = Operations((PLACE_ORDER,), status(201))
RESERVED = where(kind="RESERVE")


def many_items(_draft: Draft, operation: Operation) -> Row:
    """The input of a place_order with more units than there ever were, under a key of its own."""
    items: list[JsonValue] = [{"product_id": each, "quantity": MANY} for each in joining.sent_lines(operation)]
    return {**operation.input, "items": items, "key": "too-many"}


def wanted_units(draft: Draft, row: Row) -> bool:
    """Products of which units are reserved or sold."""
    return bool(row["reserved"] or row["sold"])


def of_a_sold_product(draft: Draft, row: Row) -> bool:
    """Entries that put units of a product in which is reserved or sold, and has no other such entry."""
    put = [each for each in draft.rows[MOVEMENTS] if each["kind"] == "PUT" and each["product_id"] == row["product_id"]]
    sold = {each["product_id"] for each in draft.rows[STOCK] if each["reserved"] or each["sold"]}
    return row["kind"] == "PUT" and len(put) == 1 and row["product_id"] in sold


def held(draft: Draft, row: Row) -> bool:
    """Lines of reservations that still hold units."""
    return row["order_id"] in ids([each for each in draft.rows[RESERVATIONS] if each["state"] != "RELEASED"], "order_id")


OVERSOLD = corruptions(
    "no_oversell",
    {
        "more units are sold than were put in": Rows(STOCK).change(sold=beyond("sold", MANY)),
        "more units are reserved than were put in": Rows(STOCK).change(reserved=beyond("reserved", MANY)),
        "a product has less than no unit": Rows(STOCK).change(available=-1),
        "less than no unit is reserved": Rows(STOCK).change(reserved=-1),
        "less than no unit is sold": Rows(STOCK).change(sold=-1),
        "units are sold that nobody put in": Rows(MOVEMENTS, of_a_sold_product).drop(),
        "a reservation takes more than there is": Rows(MOVEMENTS, RESERVED).change(quantity=MANY),
        "a reservation is released twice": Rows(MOVEMENTS, where(kind="RELEASE")).duplicate(
            id=last(MOVEMENTS, "id"), quantity=MANY
        ),
        "customers are promised more than there is": TAKEN.again(
            201, told(id="00000000-0000-4000-8000-0000000000bb"), input=many_items
        ),
        "units of another product are taken": Rows(STOCK, wanted_units).change(product_id="nobody's"),
    },
)

UNBALANCED = corruptions(
    "stock_conserved",
    {
        "a reservation is not in the ledger": Rows(MOVEMENTS, RESERVED).drop(),
        "a sale is not in the ledger": Rows(MOVEMENTS, where(kind="CONFIRM")).drop(),
        "a release is in the ledger twice": Rows(MOVEMENTS, where(kind="RELEASE")).duplicate(id=last(MOVEMENTS, "id")),
        "a reservation is in the ledger twice": Rows(MOVEMENTS, RESERVED).duplicate(id=last(MOVEMENTS, "id")),
        "an entry is of another product": Rows(MOVEMENTS, RESERVED).change(product_id=another(STOCK, "product_id")),
        "an entry is of a unit more": Rows(MOVEMENTS).change(quantity=beyond("quantity")),
        "a release is written down as a sale": Rows(MOVEMENTS, where(kind="RELEASE")).change(kind="CONFIRM"),
        "a unit has vanished from the shelf": Rows(STOCK).change(available=beyond("available", -1)),
        "a unit has appeared on the shelf": Rows(STOCK).change(available=beyond("available")),
        "a unit is sold that was reserved": Rows(STOCK, wanted_units).change(
            reserved=beyond("reserved", -1), sold=beyond("sold")
        ),
        "two products have exchanged their units": Rows(STOCK).swap("available"),
        "a product has no row": Rows(STOCK).drop(),
        "a reservation holds a unit more": Rows(RESERVATION_LINES, held).change(quantity=beyond("quantity")),
        "a reservation has lost a line": Rows(RESERVATION_LINES, held).drop(),
        "a sold reservation is released in its row alone": Rows(RESERVATIONS, where(state="CONFIRMED")).change(
            state="RELEASED"
        ),
    },
)


def held_before_another(draft: Draft, row: Row) -> bool:
    """Holds after which the same product was held again."""
    end_ns = number(row, "end_ns")
    return any(each["resource"] == row["resource"] and number(each, "begin_ns") > end_ns for each in draft.rows[LOCK_GRANTS])


def written_after_another(draft: Draft, row: Row) -> bool:
    """Reservations of a product that were written after others of it."""
    before = [each for each in draft.rows[MOVEMENTS] if each["product_id"] == row["product_id"] and each["kind"] == "RESERVE"]
    return row["kind"] == "RESERVE" and before[0] is not row


def held_after_another(draft: Draft, row: Row) -> bool:
    """Holds before which the same product was held."""
    begin_ns = number(row, "begin_ns")
    return any(each["resource"] == row["resource"] and number(each, "end_ns") < begin_ns for each in draft.rows[LOCK_GRANTS])


CROWDED = corruptions(
    "lock_exclusive_and_fenced",
    {
        "a holder kept the lock while the next one had it": Rows(LOCK_GRANTS, held_before_another).change(
            sure_ns=beyond("sure_ns", 10**12), end_ns=beyond("end_ns", 10**12), until_ns=beyond("until_ns", 10**12)
        ),
        "a holder went on long after its TTL had run out": Rows(LOCK_GRANTS).change(
            sure_ns=beyond("sure_ns", 10**11), end_ns=beyond("end_ns", 10**11)
        ),
        "a lock was never extended while it was held": Rows(LOCK_GRANTS).change(
            until_ns=lambda _draft, row: row["sure_ns"] - 2 * 10**9
        ),
        "two hold the lock from the same moment": Rows(LOCK_GRANTS).duplicate(
            holder="order-9", value="order-9:0", token=last(LOCK_GRANTS, "token"), sure_ns=beyond("sure_ns", 10**9)
        ),
        "a lock was taken before it was given back": Rows(LOCK_GRANTS, held_after_another).change(begin_ns=0),
        "units were reserved after the lock was given back": Rows(MOVEMENTS, RESERVED).change(
            created_ns=beyond("created_ns", 10**10)
        ),
        "units were reserved before the lock was had": Rows(MOVEMENTS, RESERVED).change(
            created_ns=beyond("created_ns", -(10**9))
        ),
        "a lock was never given back": Rows(LOCK_GRANTS).change(ending="expired"),
    },
    calm=True,
)


UNFENCED = corruptions(
    "lock_exclusive_and_fenced",
    {
        "one master alone gave the lock": Rows(LOCK_GRANTS).change(votes=1, unseen=0),
        "no master gave the lock": Rows(LOCK_GRANTS).change(votes=0, unseen=0),
        "units were reserved under no token": Rows(MOVEMENTS, RESERVED).change(fence=None),
        "units were reserved under an overtaken token": Rows(MOVEMENTS, written_after_another).change(fence=0),
        "units were reserved under a token that nobody drew": Rows(MOVEMENTS, RESERVED).change(
            fence=last(LOCK_GRANTS, "token")
        ),
        "an overtaken holder wrote last": Rows(MOVEMENTS, written_after_another).duplicate(id=last(MOVEMENTS, "id"), fence=0),
    },
)

CORRUPTIONS = (*OVERSOLD, *UNBALANCED, *CROWDED, *UNFENCED)
