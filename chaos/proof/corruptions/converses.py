"""Converses: those who may are refused: valid tokens, owners, admins, good payments."""

from chaos.observations import identity
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER
from chaos.observations.outside import PROVIDER_LEDGER
from chaos.proof.lookups import every, status, where
from chaos.proof.orders import money
from harness.history import Ending, Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions

CHANGES = (identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE)


def unchanged(draft: Draft, use: Operation) -> bool:
    """Uses of tokens of an account that had not been changed by anybody, after a login whose answer arrived."""
    user, session = use.input["user_id"], use.input["session"]
    known = any(each.name == identity.LOG_IN and each.ok and each.input["session"] == session for each in draft.operations)
    changes = [each for each in draft.operations if each.name in CHANGES and each.ending is not Ending.FAIL]
    return known and not any(each.input["user_id"] == user and each.invoked_ns <= (use.completed_ns or 0) for each in changes)


def shown_once(draft: Draft, use: Operation) -> bool:
    """Uses of a refresh token that was shown once, as was every other one of its user."""
    shown = [each for each in draft.operations if each.name == identity.REFRESH_TOKENS]
    return sum(each.input["user_id"] == use.input["user_id"] for each in shown) == 1


def placed_before(draft: Draft, asked: Operation) -> bool:
    """Operations on an order of which its owner had been told before that it is reserved."""
    return any(
        each.name == PLACE_ORDER
        and each.status == 201
        and each.output.get("id") == asked.input["order_id"]
        and each.process == asked.process
        and (each.completed_ns or 0) < asked.invoked_ns
        for each in draft.operations
    )


def told_declined(draft: Draft, entry: Row) -> bool:
    """Entries of the provider's ledger about a payment that a customer was told is declined."""
    asked = (each for each in draft.operations if each.name == COMPLETE_ORDER and each.status == 402)
    return entry["payment_id"] in {each.input["payment_id"] for each in asked}


def at(kind: str) -> Operations:
    """Uses of valid access tokens at a kind of instance."""
    return Operations(
        (identity.USE_TOKEN,),
        every(status(200), unchanged, lambda _draft, use: str(use.input["at"]).startswith(kind)),
    )


CORRUPTIONS = corruptions(
    "rightful_requests_succeed",
    {
        "a gateway refuses a valid token": at("gateway").answered(401),
        "the user service refuses a valid token": at("user").answered(401),
        "a refresh token works twice": Operations((identity.REFRESH_TOKENS,), status(200)).again(200, {}),
        "an owner does not find the order to pay it": Operations((COMPLETE_ORDER,), placed_before).answered(404),
        "an owner may not cancel the order": Operations((CANCEL_ORDER,), placed_before).answered(403),
        "a good payment is declined": Operations((COMPLETE_ORDER,), status(200)).answered(402, {"code": "CARD_DECLINED"}),
        "what a customer captured past the shop was declined and kept": Rows(
            PROVIDER_LEDGER, every(where(kind="refund", amount=money(1)), told_declined)
        ).drop(),
        "an admin is refused to give a role": Operations((identity.CHANGE_ROLE,), status(200)).answered(403),
    },
)
