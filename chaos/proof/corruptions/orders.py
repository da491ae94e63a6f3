"""Orders: acknowledged ones that are lost or altered, keys that make two, states that go back."""

from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDER_ITEMS, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.observations.stock import STOCK
from chaos.proof.lookups import another, answered, answered_well, beyond, every, in_state, placed, status, told, where
from chaos.proof.orders import money
from harness.history import Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions

ACKNOWLEDGED = answered(201, 202)
READ_OK = Operations((READ_ORDER,), status(200))
TAKEN = Operations((PLACE_ORDER,), status(201))
NOT_FOUND: Row = {"title": "Not found", "status": 404, "code": "ORDER_NOT_FOUND"}
A_USER = "00000000-0000-4000-8000-00000000beef"
AN_ORDER = "00000000-0000-4000-8000-0000000000aa"


def reserved_before(draft: Draft, read: Operation) -> bool:
    """Reads of orders whose placing was answered 201."""
    return read.input.get("order_id") in placed(draft, 201)


def decided(_draft: Draft, read: Operation) -> bool:
    """Reads that told that an order is over."""
    return read.ok and read.output["status"] in ("PAID", "CANCELLED", "EXPIRED")


SURVIVE = corruptions(
    "acknowledged_orders_survive",
    {
        "an acknowledged order is gone": Rows(ORDERS, ACKNOWLEDGED).drop(),
        "all orders are gone": Rows(ORDERS).drop_all(),
        "an order answered 202 was never stored": Rows(ORDERS, answered(202)).drop(),
        "an order goes to another street": Rows(ORDERS, ACKNOWLEDGED).change(street="Elsewhere 1"),
        "an order goes to another country": Rows(ORDERS, ACKNOWLEDGED).change(country="XX"),
        "an order is stored with a unit more": Rows(ORDER_ITEMS, ACKNOWLEDGED).change(quantity=beyond("quantity")),
        "an order has lost a line": Rows(ORDER_ITEMS, ACKNOWLEDGED).drop(),
        "an order has another product": Rows(ORDER_ITEMS, ACKNOWLEDGED).change(product_id=another(STOCK, "product_id")),
        "two orders have exchanged their owners": Rows(ORDERS, ACKNOWLEDGED).swap("user_id"),
        "an order has somebody else as its owner": Rows(ORDERS, ACKNOWLEDGED).change(user_id=A_USER),
        "an order that was reserved is not found": Operations((READ_ORDER,), reserved_before).again(404, NOT_FOUND),
        "a 201 names no order": TAKEN.answered(201, {"status": "RESERVED"}),
        "a 201 names an order that is not there": TAKEN.answered(id=AN_ORDER),
    },
)


def sent_again(draft: Draft, operation: Operation) -> bool:
    """Answers 201 under a key that was sent more than once."""
    same = [each for each in draft.operations if each.name == PLACE_ORDER and each.input["key"] == operation.input["key"]]
    return operation.status == 201 and sum(each.process == operation.process for each in same) > 1


KEYS = corruptions(
    "one_order_per_key",
    {
        "a key has made two orders": Rows(ORDERS, ACKNOWLEDGED).duplicate(id=AN_ORDER),
        "a rejected key has made a second order": Rows(ORDERS, where(status="REJECTED")).duplicate(
            id=AN_ORDER, status="RESERVED"
        ),
        "a retry is answered with another order": TAKEN.again(201, told(id=AN_ORDER)),
        "a retry is answered with another total": TAKEN.again(201, told(total=money(1))),
        "a retry is answered with other items": TAKEN.again(201, told(items=[])),
        "a retry of an order that was taken is rejected": TAKEN.again(
            409, lambda _draft, each: {"code": "OUT_OF_STOCK", "order_id": each.output["id"]}
        ),
        "an order that was taken is stored as rejected": Rows(ORDERS, answered(201)).change(status="REJECTED"),
        "a new key is refused as if it had been used": TAKEN.again(
            422,
            {"status": 422, "code": "IDEMPOTENCY_KEY_REUSED"},
            input=lambda _draft, each: {**each.input, "key": "never-used"},
        ),
        "the order stored under a key is another one": Rows(ORDERS, answered(201)).change(id=AN_ORDER),
        "a repeated request was answered with a second id": Operations((PLACE_ORDER,), sent_again).answered(id=AN_ORDER),
    },
)

STATES = corruptions(
    "legal_transitions",
    {
        "an order that is over is read as reserved": Operations((READ_ORDER,), decided).again(200, told(status="RESERVED")),
        "an order that is over is read as pending": Operations((READ_ORDER,), decided).again(200, told(status="PENDING")),
        "a paid order is read as expired": Operations((READ_ORDER,), every(status(200), in_state("PAID"))).again(
            200, told(status="EXPIRED")
        ),
        "a cancelled order is read as paid": Operations((READ_ORDER,), every(status(200), in_state("CANCELLED"))).again(
            200, told(status="PAID")
        ),
        "an order is read in a state that there is not": READ_OK.answered(status="SHIPPED"),
        "an order rests in a state that there is not": Rows(ORDERS).change(status="LOST"),
        "an order that was reserved rests as rejected": Rows(ORDERS, answered(201)).change(status="REJECTED"),
        "an order that was reserved rests as pending": Rows(ORDERS, answered(201)).change(status="PENDING"),
        "an order that was told to be paid rests as cancelled": Rows(ORDERS, answered_well(COMPLETE_ORDER)).change(
            status="CANCELLED"
        ),
        "an order that was told to be cancelled rests as paid": Rows(ORDERS, answered_well(CANCEL_ORDER)).change(status="PAID"),
    },
)

CORRUPTIONS = (*SURVIVE, *KEYS, *STATES)
