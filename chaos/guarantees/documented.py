"""Answers of the REST API against what it documents: statuses, Retry-After where to come back, Location where to look."""

import re
from collections.abc import Iterable
from functools import cache

from chaos.observations.answers import ALWAYS, DOCUMENTED, SINCE
from chaos.observations.orders import PLACE_ORDER
from harness.history import History, Operation
from harness.verdict import Violation

COME_BACK = frozenset({429, 503})
ACCEPTED = frozenset({201, 202})
CRASHED = 500


@cache
def template(request: str) -> str | None:
    """The documented request that a method with a path is; None for one that is not of the API."""
    known = {**DOCUMENTED, **SINCE}
    exact = request if request in known else None
    return exact or next((each for each in known if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", each), request)), None)


def violations(history: History) -> Iterable[Violation]:
    """Answers that the API's document does not have; 500 is left to others."""
    for operation in history.operations:
        if operation.status is None or operation.exchange is None:
            continue
        asked = template(operation.exchange.request)
        if asked is None:
            continue
        if operation.status not in DOCUMENTED.get(asked, frozenset()) | SINCE.get(asked, frozenset()) | ALWAYS | {CRASHED}:
            yield _breach(operation, f"was answered {operation.status}, which {asked} does not document")
        if operation.status in COME_BACK and "retry-after" not in operation.exchange.headers:
            yield _breach(operation, f"was answered {operation.status} without Retry-After")
        if operation.name == PLACE_ORDER and operation.status in ACCEPTED:
            location, order = operation.exchange.headers.get("location", ""), operation.output.get("id")
            if location.rpartition("/")[2] != order:
                yield _breach(operation, f"was answered {operation.status} for order {order} with the Location {location!r}")


def _breach(operation: Operation, what: str) -> Violation:
    return Violation(what=f"{operation.name} (operation {operation.id}) {what}", operations=(operation.id,))
