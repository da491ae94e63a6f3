"""The converse of every refusal: who may, can. Only definite refusals are judged; 5xx and lost answers are not.

Valid tokens are accepted, owners reach what is theirs, staff may do what staff do, and a payment that the provider authorised
for an order, over its total, is not declined.
"""

from collections.abc import Iterable

from chaos.guarantees import joining, reading
from chaos.guarantees.reading import inputs
from chaos.guarantees.rightful_tokens import Tokens
from chaos.observations import catalogue, identity
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER, READ_ORDER
from chaos.observations.outside import Amount, Kind
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

STAFF = (identity.CHANGE_ROLE, *catalogue.AT_THE_SHOP)
NOT_LET_IN = frozenset({401, 403})
SHUT_OUT = NOT_LET_IN | {404}
DECLINED = 402
FORBIDDEN = 403
SESSION_ENDED = "SESSION_ENDED"


@guarantee
def rightful_requests_succeed(history: History) -> Finding:
    """Whoever may do something can: valid tokens, owners, admins and good payments are not refused."""
    tokens = Tokens(history)
    violations = [*tokens.refused(), *_employees(history, tokens), *_owners(history), *_staff(history)]
    owned = history.named(READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER)
    completed = [each for each in history.named(COMPLETE_ORDER) if each.ok or each.status == DECLINED]
    if any(each.status == DECLINED for each in completed):
        violations += _declined(history)
    counts = {"uses of tokens in force": tokens.judged, "requests of owners": len(owned), "payments": len(completed)}
    judged = tokens.judged + len(owned) + len(history.named(*STAFF))
    return Finding(judged=judged, violations=tuple(violations), counts=counts)


def _employees(history: History, tokens: Tokens) -> Iterable[Violation]:
    """Admins, by the login that issued their token, who were refused what admins may."""
    for operation, shown in inputs(history, identity.Shown, identity.USE_TOKEN):
        issue = tokens.issued(shown.session)
        user = issue.output.get("user") if issue is not None else None
        admin = isinstance(user, dict) and user.get("role") == identity.ADMIN
        if admin and operation.status == FORBIDDEN and tokens.in_force(shown.user_id, shown.session, operation):
            yield _refusal(operation, f"{shown.user_id}, an admin, was refused to {shown.what}")


def _owners(history: History) -> Iterable[Violation]:
    """Requests for one's own order, after it was told to be reserved, that were answered as to a stranger."""
    placed: dict[str, Operation] = {}
    for operation in history.named(PLACE_ORDER):
        order = joining.order_id(operation)
        if operation.status == 201 and order and operation.completed_ns is not None:
            placed.setdefault(order, operation)
    for operation in history.named(READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER):
        first = placed.get(joining.order_of(operation) or "")
        if first is None or operation.status not in SHUT_OUT or (first.completed_ns or 0) >= operation.invoked_ns:
            continue
        if operation.process == first.process or operation.process.startswith(f"{first.process}-"):
            if operation.status == 401 and _shut_out_rightly(history, str(first.input.get("user_id")), operation):
                continue
            yield _refusal(operation, f"{operation.name} of one's own order, placed by operation {first.id},", first)


def _shut_out_rightly(history: History, user: str, refused: Operation) -> bool:
    """Whether an account was changed, or a session of it may have been ended before: by a logout, or a replayed refresh."""
    if refused.output.get("code") == SESSION_ENDED:
        ends = history.named(identity.LOG_OUT, identity.REFRESH_TOKENS)
        until_ns = refused.completed_ns or refused.invoked_ns
        return any(each.input.get("user_id") == user and each.invoked_ns <= until_ns for each in ends)
    changes = history.named(identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE)
    return any(each.input.get("user_id") == user for each in changes)


def _staff(history: History) -> Iterable[Violation]:
    for operation in history.named(*STAFF):
        if operation.status in NOT_LET_IN:
            yield _refusal(operation, f"{operation.name} by {operation.process}")


def _declined(history: History) -> Iterable[Violation]:
    """Payments declined by the shop, which the provider had authorised for the order's total and never declined."""
    by_payment: dict[str, set[Kind]] = {}
    authorised: dict[str, tuple[str, Amount]] = {}
    for entry in reading.ledger(history):
        by_payment.setdefault(entry.payment_id, set()).add(entry.kind)
        if entry.kind is Kind.AUTHORIZE:
            authorised[entry.payment_id] = (entry.reference, entry.amount)
    due = {row.id: Amount(row.total_minor or 0, row.currency or "") for row in reading.orders(history)}
    good = {
        payment: asked
        for asked in history.named(AUTHORISE_PAYMENT)
        if asked.ok and isinstance(payment := asked.output.get("id"), str)
    }
    for operation in history.named(COMPLETE_ORDER):
        order, payment = joining.order_of(operation) or "", str(operation.input.get("payment_id"))
        ours = payment in good and authorised.get(payment) == (order, due.get(order))
        spoiled = by_payment.get(payment, set()) & {Kind.DECLINE, Kind.REFUND, Kind.VOID}
        if operation.status == DECLINED and ours and not spoiled and good[payment].process == operation.process:
            what = f"payment {payment} for order {order}, authorised by operation {good[payment].id} and declined by nobody,"
            yield _refusal(operation, what, good[payment])


def _refusal(operation: Operation, what: str, before: Operation | None = None) -> Violation:
    code = f" {operation.output.get('code')}" if operation.output.get("code") else ""
    return Violation(
        what=f"operation {operation.id}: {what} was answered {operation.status}{code}",
        operations=(before.id, operation.id) if before else (operation.id,),
        facts={"operation": operation.name, "answered": operation.status},
    )
