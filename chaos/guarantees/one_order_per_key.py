"""Idempotency: requests under one key make one order, and their answers agree.

A 202 states the order's id only; a 503 or a transport error states nothing, so neither contradicts another answer. Keys are
scoped to their user: two users may use the same, and a key is refused as reused only where its own user reused it.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from pydantic import JsonValue

from chaos.guarantees import reading
from chaos.observations.orders import ORDERS, PLACE_ORDER, OrderRow
from harness.checkers import Told, consistent
from harness.history import Ending, History, Operation
from harness.verdict import Finding, Violation, guarantee

KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
"""The refusal of different content under a used key: it states nothing about the key's order."""
TAKEN, REJECTED = "taken", "rejected"
UNDECIDED = "PENDING"


@guarantee
def one_order_per_key(history: History) -> Finding:
    """One idempotency key, one order, one answer."""
    placed = history.named(PLACE_ORDER)
    if not placed:
        return Finding(judged=0)
    answers = [Told(_key(each), said, each.id) for each in placed if (said := _said(each))]
    sent = Counter(_key(each) for each in placed)
    observed = reading.was_observed(history, ORDERS)
    stored = [_stored(row) for row in reading.orders(history)] if observed else []
    finding = consistent(chain(answers, (told for told in stored if told.key in sent)))
    if not observed and not finding.violations:
        reading.orders(history)  # raises without rows: answers that agree do not show how many orders exist
    rows = Counter(told.key for told in stored)
    return Finding(
        judged=finding.judged,
        violations=(*finding.violations, *_twice(rows, stored), *_shared(answers), *_never_reused(placed)),
        counts={"keys sent again": sum(number > 1 for number in sent.values())},
    )


def _twice(rows: Counter[str], stored: Iterable[Told]) -> Iterable[Violation]:
    for key, number in rows.items():
        if number > 1:
            orders = [told.facts["order"] for told in stored if told.key == key]
            yield Violation(what=f"key {key} made {number} orders", facts={"key": key, "orders": list(orders)})


def _shared(answers: Iterable[Told]) -> Iterable[Violation]:
    """Orders that answers to different keys named as theirs."""
    keys: dict[str, dict[str, int]] = {}
    for told in answers:
        if isinstance(order := told.facts.get("order"), str):
            keys.setdefault(order, {}).setdefault(told.key, told.operation or 0)
    for order, found in keys.items():
        if len(found) > 1:
            yield Violation(
                what=f"order {order} was named as that of {len(found)} keys: {', '.join(sorted(found))}",
                operations=tuple(found.values()),
                facts={"order": order, "keys": [*sorted(found)]},
            )


def _never_reused(placed: Iterable[Operation]) -> Iterable[Violation]:
    """Refusals of a key as reused, though its user sent one content under it and no other."""
    contents: dict[str, set[str]] = {}
    refused: list[Operation] = []
    for each in placed:
        if not {"user_id", "key", "items"} <= each.input.keys():
            continue  # recorded without its content, e.g. by a fuzzer
        contents.setdefault(_key(each), set()).add(_content(each))
        if each.output.get("code") == KEY_REUSED:
            refused.append(each)
    for each in refused:
        if len(contents[_key(each)]) == 1:
            yield Violation(
                what=f"key {_key(each)} was refused as used for another order, but no other content was ever sent under it",
                operations=(each.id,),
                facts={"key": _key(each)},
            )


def _content(operation: Operation) -> str:
    """What makes two requests under a key the same: products, units and address, in whatever order the lines are."""
    items = operation.input.get("items")
    lines = sorted(map(str, items)) if isinstance(items, list) else items
    return f"{lines} {operation.input.get('delivery_address')}"


def _said(operation: Operation) -> dict[str, JsonValue]:
    """The facts that an answer states about its key; {} when its outcome is unknown."""
    if operation.unknown or operation.output.get("code") == KEY_REUSED:
        return {}
    if operation.ending is Ending.FAIL:
        order = operation.output.get("order_id")  # a refusal without one (401, 429, ...) decided nothing
        return {"order": order, "decision": REJECTED} if isinstance(order, str) else {}
    said = {"order": operation.output.get("id")}
    if operation.status == 201:
        said |= {"decision": TAKEN} | {name: operation.output.get(name) for name in ("items", "total")}
    return said


def _stored(row: OrderRow) -> Told:
    said: dict[str, JsonValue] = {"order": row.id}
    if row.status != UNDECIDED:
        said["decision"] = REJECTED if row.status == "REJECTED" else TAKEN
    return Told(_user_key(row.user_id, row.idempotency_key), said)


def _key(operation: Operation) -> str:
    return _user_key(str(operation.input.get("user_id")), str(operation.input.get("key")))


def _user_key(user: str, key: str) -> str:
    return f"{key} of {user}"
