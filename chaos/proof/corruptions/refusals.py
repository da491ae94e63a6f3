"""Refusals that were none: what was refused has happened all the same."""

from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER
from chaos.observations.outside import PROVIDER_LEDGER
from chaos.proof.lookups import every, status, where
from harness.history import Ending, Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions

SOLD_OUT: Row = {"title": "Conflict", "status": 409, "code": "OUT_OF_STOCK"}
KEY_REUSED: Row = {"title": "Unprocessable", "status": 422, "code": "IDEMPOTENCY_KEY_REUSED"}
DECLINED: Row = {"title": "Payment required", "status": 402, "code": "CARD_DECLINED"}


def asked_once(draft: Draft, operation: Operation) -> bool:
    """Operations that were sent once only."""
    return sum(each.name == operation.name and each.input == operation.input for each in draft.operations) == 1


def never_completed(draft: Draft, operation: Operation) -> bool:
    """Operations on orders that nobody tried to complete."""
    completed = [each.input["order_id"] for each in draft.operations if each.name == COMPLETE_ORDER]
    return operation.input["order_id"] not in completed


def keyed_once(draft: Draft, operation: Operation) -> bool:
    """Placements whose key was sent once only."""
    same = [each for each in draft.operations if each.name == PLACE_ORDER and each.input["key"] == operation.input["key"]]
    return sum(each.input["user_id"] == operation.input["user_id"] for each in same) == 1


def refused_alone(draft: Draft, row: Row) -> bool:
    """Orders of whose key every request was refused."""
    sent = [each for each in draft.operations if each.name == PLACE_ORDER and each.input["key"] == row["idempotency_key"]]
    asked = [each for each in sent if each.input["user_id"] == row["user_id"]]
    return bool(asked) and all(each.ending is Ending.FAIL for each in asked)


TAKEN = Operations((PLACE_ORDER,), status(201))
PAID = Operations((COMPLETE_ORDER,), status(200))

CORRUPTIONS = corruptions(
    "refusals_change_nothing",
    {
        "an order stands that was refused as sold out": Operations((PLACE_ORDER,), every(status(201), keyed_once)).answered(
            409, SOLD_OUT
        ),
        "an order stands that was refused for its rate": Operations((PLACE_ORDER,), every(status(201), keyed_once)).answered(
            429, {"status": 429, "code": "TOO_MANY_REQUESTS"}
        ),
        "an order stands that was rejected": Rows(ORDERS, every(where(status="REJECTED"), refused_alone)).change(
            status="RESERVED"
        ),
        "a key was called reused for its own content": TAKEN.again(422, KEY_REUSED),
        "another content under a key was answered as the first": TAKEN.again(
            201, None, input=lambda _draft, each: {**each.input, "delivery_address": {"street": "Elsewhere"}}
        ),
        "a declined payment paid": PAID.answered(402, DECLINED),
        "a payment that was refused paid": Operations((COMPLETE_ORDER,), every(status(200), asked_once)).answered(
            409, {"status": 409, "code": "ORDER_BUSY"}
        ),
        "a declined payment is captured": Rows(PROVIDER_LEDGER, where(kind="decline")).change(kind="capture"),
        "an order is cancelled, though that was refused": Operations(
            (CANCEL_ORDER,), every(status(200), asked_once, never_completed)
        ).answered(409, {"status": 409, "code": "ORDER_PAID"}),
    },
)
