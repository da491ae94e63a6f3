"""Authorization: orders, accounts and payments are accessible to their owner only, the shop's own resources to admins only.

Judged by the answers to unauthorized requests and by the databases at rest, because an attempt whose answer was lost may have
succeeded. Attempts of users who are or may be admins at the time are not judged.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from chaos.guarantees import joining, reading
from chaos.guarantees.reading import inputs
from chaos.observations import identity
from chaos.observations.identity import AccessAttempt
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from harness.history import Ending, History, Operation
from harness.verdict import Finding, Violation, guarantee

ASKED_BY_OWNER: Mapping[str, str] = {"PAID": COMPLETE_ORDER, "CANCELLED": CANCEL_ORDER}
"""States that an order reaches only on request, and the operation that requests them."""

NOBODY = 401
"""The status for an invalid token: authentication failed, so authorization was not decided."""

TELLING = (PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER, identity.LIST_ORDERS)
"""Operations whose answers contain orders; they must be the caller's own."""

SHOWING = (AUTHORISE_PAYMENT, identity.READ_PRODUCT, identity.READ_CATEGORY)
"""Further operations whose answers show that a resource exists; a login shows its user."""

Tried = tuple[Operation, AccessAttempt]


@guarantee
def private_to_owner(history: History) -> Finding:
    """Nobody reads or changes what another user owns; nobody raises a role but an admin."""
    admin_since = _promotions(history)
    tried = [
        (operation, attempt)
        for operation, attempt in inputs(history, AccessAttempt, identity.TRESPASS)
        if not _may_be_admin(attempt.user_id, operation, admin_since)
    ]
    there = _seen_to_exist(history, {attempt.target for _, attempt in tried})
    real = [each for each in tried if not each[1].target or there.get(each[1].target, each[0].invoked_ns) < each[0].invoked_ns]
    answered = [each for each in real if not each[0].unknown and each[0].status != NOBODY]
    violations = tuple(chain(_accepted(tried), _told_too_much(tried)))
    # Violations in answers are reported also when the run ended before the databases were observed.
    if not violations or reading.was_observed(history, ORDERS):
        violations += tuple(chain(_moved_by_others(history, tried), _strangers_orders(history, admin_since)))
    if not violations or reading.was_observed(history, identity.USERS):
        violations += tuple(_unrequested_admins(history, admin_since))
    return Finding(
        judged=len(answered),
        violations=violations,
        counts={
            "kinds of attempts": len({attempt.what for _, attempt in answered}),
            "attempts as nobody or without an answer": len(real) - len(answered),
            "attempts at nothing": len(tried) - len(real),
        },
    )


def _accepted(tried: Iterable[Tried]) -> Iterable[Violation]:
    for operation, attempt in tried:
        if operation.ok:
            yield _breach(f"was answered {operation.status}", operation, attempt)


def _told_too_much(tried: Iterable[Tried]) -> Iterable[Violation]:
    """Answers, including refusals, that contain data which only the owner may read."""
    for operation, attempt in tried:
        if attempt.private and operation.output and not operation.ok:
            answer = json.dumps(operation.output, ensure_ascii=False)
            if told := [word for word in attempt.private if word in answer]:
                yield _breach(f"was refused, but told {', '.join(told)}", operation, attempt)


def _moved_by_others(history: History, tried: Iterable[Tried]) -> Iterable[Violation]:
    """Orders in a state that their owner never requested, though another user tried to."""
    attempts: dict[str, list[Tried]] = {}
    for operation, attempt in tried:
        attempts.setdefault(attempt.target, []).append((operation, attempt))
    asked = {name: joining.operations_by_order(history, name) for name in ASKED_BY_OWNER.values()}
    for row in reading.orders(history):
        by = ASKED_BY_OWNER.get(row.status)
        if by and row.id in attempts and row.id not in asked[by]:
            yield Violation(
                what=f"order {row.id} of {row.user_id} is {row.status}, which its owner never asked for and others tried",
                operations=tuple(operation.id for operation, _ in attempts[row.id]),
                facts={"order_id": row.id, "at_rest": row.status},
            )


def _strangers_orders(history: History, admin_since: Mapping[str, int]) -> Iterable[Violation]:
    """Answers to a user's own requests that contain another user's order."""
    naming = history.named(PLACE_ORDER, identity.LIST_ORDERS)
    who = {operation.process: str(operation.input["user_id"]) for operation in naming if "user_id" in operation.input}
    owner = {row.id: row.user_id for row in reading.orders(history)}
    for operation, order in _told(history, *TELLING):
        asker = who.get(operation.process)
        if asker is None or owner.get(order, asker) == asker:
            continue
        if operation.name == READ_ORDER and _may_be_admin(asker, operation, admin_since):  # admins read any order, and no more
            continue
        yield Violation(
            what=f"{operation.name} of {asker} was answered with order {order} of {owner[order]}",
            operations=(operation.id,),
            facts={"order_id": order, "owner": owner[order], "told_to": asker},
        )


def _unrequested_admins(history: History, admin_since: Mapping[str, int]) -> Iterable[Violation]:
    """Users who are admins at rest though no admin made them so."""
    tried: dict[str, list[int]] = {}
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        tried.setdefault(login.user_id, []).append(operation.id)
    for operation, attempt in inputs(history, AccessAttempt, identity.TRESPASS):
        tried.setdefault(attempt.user_id, []).append(operation.id)
    for operation in history.named(PLACE_ORDER):
        tried.setdefault(str(operation.input.get("user_id")), []).append(operation.id)
    for row in reading.users(history):
        if row.role == identity.ADMIN and row.id in tried and row.id not in admin_since:
            yield Violation(
                what=f"user {row.id} is {row.role}, which no admin ever asked for",
                operations=tuple(tried[row.id]),
                facts={"user_id": row.id, "role": row.role, "version": row.version},
            )


def _promotions(history: History) -> dict[str, int]:
    """By user, when a promotion began (ns) that an admin requested and that was not definitely refused."""
    since: dict[str, int] = {}
    for operation, given in inputs(history, identity.RoleChange, identity.CHANGE_ROLE):
        if given.role == identity.ADMIN and operation.ending is not Ending.FAIL:
            since.setdefault(given.user_id, operation.invoked_ns)
    return since


def _may_be_admin(user_id: str, operation: Operation, since: Mapping[str, int]) -> bool:
    return user_id in since and (operation.completed_ns is None or operation.completed_ns > since[user_id])


def _seen_to_exist(history: History, wanted: Collection[str]) -> dict[str, int]:
    """By id, when an authorized caller first got an answer that shows the resource (ns)."""
    seen: dict[str, int] = {}
    logins = ((login, str(login.input.get("user_id"))) for login in history.named(identity.LOG_IN) if login.ok)
    for operation, thing in chain(_told(history, *TELLING, *SHOWING), logins):
        if thing in wanted and operation.completed_ns is not None:
            seen[thing] = min(seen.get(thing, operation.completed_ns), operation.completed_ns)
    return seen


def _told(history: History, *names: str) -> Iterable[tuple[Operation, str]]:
    """Successful operations of these names with the ids in their answers: of the resource, or of a list's items."""
    for operation in history.named(*names):
        if operation.ending is not Ending.OK:
            continue
        if operation.name == identity.LIST_ORDERS:
            items = operation.output.get("items")
            for item in items if isinstance(items, list) else ():
                if isinstance(item, Mapping) and isinstance(told := item.get("id"), str):
                    yield operation, told
        elif isinstance(told := operation.output.get("id"), str):
            yield operation, told


def _breach(how: str, operation: Operation, attempt: AccessAttempt) -> Violation:
    whose = f" of {attempt.owner}" if attempt.owner else ""
    return Violation(
        what=f"{attempt.user_id} tried to {attempt.what}{whose} ({attempt.request}) and {how}",
        operations=(operation.id,),
        facts={"by": attempt.user_id, "owner": attempt.owner, "target": attempt.target, "answer": dict(operation.output)},
    )
