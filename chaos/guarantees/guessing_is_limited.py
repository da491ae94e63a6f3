"""How often one may try to log in: no more than the shop documents, counted by all gateways together, and no less.

Only attempts whose address was recorded are judged. A window of the limit's length holds an attempt for sure that began and
ended in it; and at the most those that were answered in it or later.
"""

from bisect import bisect_left
from collections.abc import Iterable

from chaos.guarantees import reading
from chaos.guarantees.reading import inputs
from chaos.observations.identity import LOG_IN, LOGIN_RATE, LogIn, LoginRateRow
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

TOO_MANY = 429
SLACK_NS = 1_000_000_000
"""For clocks of other speeds, and windows that are counted in whole seconds."""


@guarantee
def guessing_is_limited(history: History) -> Finding:
    """An account can be tried as often as the shop says within a minute, whichever gateway is asked, and no more often."""
    rate = next(iter(reading.rows(history, LOGIN_RATE, LoginRateRow)), None)
    attempts: dict[str, list[Operation]] = {}
    for operation, login in inputs(history, LogIn, LOG_IN):
        if login.email:
            attempts.setdefault(login.email.casefold(), []).append(operation)
    refused = sum(each.status == TOO_MANY for found in attempts.values() for each in found)
    if rate is None:
        return Finding(judged=0, counts={"refused as too many": refused})
    violations = [
        Violation(what=f"{email}: {what}", operations=(operation.id,), facts={"email": email})
        for email, found in attempts.items()
        for operation, what in (*_too_many(found, rate), *_too_few(found, rate))
    ]
    judged = sum(map(len, attempts.values()))
    return Finding(judged=judged, violations=tuple(violations), counts={"refused as too many": refused})


def _too_many(found: Iterable[Operation], rate: LoginRateRow) -> Iterable[tuple[Operation, str]]:
    """The first attempt with which a window holds more than the limit."""
    let_in = sorted((each for each in found if each.status is not None and _let_in(each)), key=lambda each: each.invoked_ns)
    ended = sorted((each.completed_ns or 0) for each in let_in)
    for place, each in enumerate(let_in):
        until_ns = each.invoked_ns + rate.seconds * 1_000_000_000 - SLACK_NS
        before = sum((other.completed_ns or 0) <= until_ns for other in let_in[:place])
        within = bisect_left(ended, until_ns + 1) - before
        if within > rate.attempts:
            yield each, f"{within} attempts were let in within {rate.seconds} s from operation {each.id} on, of {rate.attempts}"
            return


def _too_few(found: Iterable[Operation], rate: LoginRateRow) -> Iterable[tuple[Operation, str]]:
    """Attempts that were refused as too many with less than the limit in the window before."""
    known = list(found)
    for each in known:
        if each.status != TOO_MANY or each.completed_ns is None:
            continue
        since_ns = each.invoked_ns - rate.seconds * 1_000_000_000 - SLACK_NS
        counted = sum(
            other.status != TOO_MANY
            and other.invoked_ns < (each.completed_ns or 0)
            and (other.completed_ns or since_ns) >= since_ns
            for other in known
        )
        if counted < rate.attempts:
            yield each, f"operation {each.id} was refused as too many after {counted} attempts, of {rate.attempts}"
        asked = each.exchange.headers.get("retry-after", "") if each.exchange else ""
        if asked.isdigit() and int(asked) > rate.seconds + 1:
            yield each, f"operation {each.id} was told to come back after {asked} s; the limit is for {rate.seconds} s"


def _let_in(operation: Operation) -> bool:
    return operation.status != TOO_MANY and (operation.status or 0) < 500
