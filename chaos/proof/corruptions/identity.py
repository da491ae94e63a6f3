"""Identity: void tokens that are let in, and what belongs to others told, listed, moved or taken."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import cast

from pydantic import JsonValue

from chaos.observations import identity
from chaos.observations.orders import COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.proof.lookups import where
from harness.history import Operation, Row
from harness.proof import Draft, Edit, Operations, Rows, both, corruptions

WELCOME: Row = {"id": "somebody", "role": "USER"}


def void(*, at: str = "", role: bool = False) -> Callable[[Draft, Operation], bool]:
    """Uses of a token, refused with 401, that began after a change that was acknowledged after its login had ended."""

    def condition(draft: Draft, use: Operation) -> bool:
        user, session = use.input.get("user_id"), use.input.get("session")
        since = [
            each for each in draft.operations if each.name == identity.LOG_IN and each.ok and each.input["session"] == session
        ]
        changed = (identity.CHANGE_ROLE,) if role else (identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE)
        return (
            use.status == 401
            and bool(since)
            and str(use.input.get("at", "")).startswith(at)
            and any(
                each.name in changed
                and each.ok
                and each.input["user_id"] == user
                and each.invoked_ns > (since[0].completed_ns or 0)
                and (each.completed_ns or 0) < use.invoked_ns
                for each in draft.operations
            )
        )

    return condition


def what_came_of_it(_draft: Draft, refresh: Operation) -> Row:
    """The input of who shows the refresh token that this one was traded for."""
    return {**refresh.input, "session": refresh.input["next"], "next": f"{refresh.input['next']}+"}


SPENT = Operations((identity.REFRESH_TOKENS,), lambda draft, each: each.id == first_refresh(draft))


def first_refresh(draft: Draft) -> int | None:
    """The first refresh that worked."""
    return next((each.id for each in draft.operations if each.name == identity.REFRESH_TOKENS and each.ok), None)


STALE = corruptions(
    "stale_tokens_rejected",
    {
        "a gateway lets a void token in": Operations((identity.USE_TOKEN,), void(at="gateway")).answered(200, WELCOME),
        "the user service lets a void token in": Operations((identity.USE_TOKEN,), void(at="user")).answered(200, WELCOME),
        "a void token is authenticated and then refused": Operations((identity.USE_TOKEN,), void()).answered(403),
        "a void refresh token gives new tokens": Operations((identity.REFRESH_TOKENS,), void()).answered(200, {}),
        "a void token finds nothing, but is let in": Operations((identity.USE_TOKEN,), void()).answered(404),
        "a token outlives the role it was issued for": Operations((identity.USE_TOKEN,), void(role=True)).answered(
            200, WELCOME
        ),
        "a void token is shown again and let in": Operations((identity.USE_TOKEN,), void()).again(200, WELCOME),
        "a session goes on though its refresh token was shown twice": both(
            SPENT.again(401, {"status": 401, "code": "REFRESH_TOKEN_REUSED"}), SPENT.again(200, {}, input=what_came_of_it)
        ),
    },
)

ATTEMPTS = (identity.TRESPASS,)
AT_AN_ORDER = Operations(ATTEMPTS, lambda _draft, each: str(each.input["request"]).startswith("GET /orders"))
AT_A_ROLE = Operations(ATTEMPTS, lambda _draft, each: str(each.input["request"]).endswith("/role"))
REFUSED = Operations(ATTEMPTS, lambda _draft, each: each.status in (403, 404) and bool(each.input["private"]))
LISTED = Operations((identity.LIST_ORDERS,), lambda _draft, each: each.ok)


def private(place: int) -> Callable[[Draft, Operation], str]:
    """A text that only the owner may read."""
    return lambda _draft, attempt: str(cast(list[JsonValue], attempt.input["private"])[place])


def with_strangers_order(draft: Draft, listed: Operation) -> list[JsonValue]:
    """The orders of a list, and one of somebody else."""
    stranger = next(row for row in draft.rows[ORDERS] if row["user_id"] != listed.input["user_id"])
    return [*cast(list[JsonValue], listed.output["items"]), {"id": stranger["id"], "status": stranger["status"]}]


def strangers_id(draft: Draft, operation: Operation) -> str:
    """An order that is not of the user who does an operation."""
    users = {each.input.get("user_id") for each in draft.operations if each.process == operation.process}
    return next(str(row["id"]) for row in draft.rows[ORDERS] if row["user_id"] not in users)


def moved(status: str) -> Edit:
    """An order that others tried, and that nobody asked to end so, is in a state that only its owner may bring about."""

    def edit(draft: Draft, _random: Random) -> bool:
        tried = {each.input["target"] for each in draft.operations if each.name == identity.TRESPASS}
        for place, row in enumerate(draft.rows[ORDERS]):
            if row["id"] in tried:
                draft.rows[ORDERS][place] = {**row, "status": status}
                return True
        return False

    return edit


PRIVATE = corruptions(
    "private_to_owner",
    {
        "somebody else's order is shown": AT_AN_ORDER.answered(200, {"id": "somebody else's"}),
        "somebody else's role is raised": AT_A_ROLE.answered(200, {"role": "ADMIN"}),
        "an attempt is accepted to be done later": Operations(ATTEMPTS).answered(202, {}),
        "a refusal tells the owner's address": REFUSED.answered(detail=private(1)),
        "a refusal tells the owner's mail": REFUSED.answered(detail=private(0)),
        "a list has somebody else's order": LISTED.answered(items=with_strangers_order),
        "a read is answered with somebody else's order": Operations((READ_ORDER,), lambda _draft, each: each.ok).answered(
            id=strangers_id
        ),
        "a key of one's own is answered with somebody else's order": Operations(
            (PLACE_ORDER,), lambda _draft, each: each.status == 201
        ).answered(id=strangers_id),
        "a completion is answered with somebody else's order": Operations(
            (COMPLETE_ORDER,), lambda _draft, each: each.status == 200
        ).answered(id=strangers_id),
        "an order is cancelled that others tried to cancel": moved("CANCELLED"),
        "an order is paid that others tried to pay": moved("PAID"),
        "a user is an admin whom no admin made one": both(
            Operations((identity.CHANGE_ROLE,)).drop_all(), Rows(identity.USERS, where(role="USER")).change(role="ADMIN")
        ),
    },
)

CORRUPTIONS = (*STALE, *PRIVATE)
