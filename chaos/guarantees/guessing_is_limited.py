"""How often one may try to log in: no more than the shop documents, counted by all gateways together, and no less.

One client may try one account so often, all clients together a few times as often (then each is slowed, and none is locked
out), and one client may try so many accounts. Only attempts whose account was recorded are judged. A window of the limit's
length holds an attempt for sure that began and ended in it; and at the most those that were answered in it or later.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chaos.guarantees import reading
from chaos.guarantees.reading import inputs
from chaos.observations.identity import LOG_IN, LOGIN_RATE, LogIn, LoginRateRow
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

TOO_MANY = 429
SLACK_NS = 1_000_000_000
"""For clocks of other speeds, and windows that are counted in whole seconds."""

ACCOUNTS, CLIENTS = "accounts tried by a crowd", "clients that tried too many accounts"

Found = list[Operation]


@dataclass
class Attempts:
    """All that are judged: of an account, from a client, and of an account from a client."""

    account: dict[str, Found] = field(default_factory=lambda: defaultdict(list))
    source: dict[str, Found] = field(default_factory=lambda: defaultdict(list))
    pair: dict[tuple[str, str], Found] = field(default_factory=lambda: defaultdict(list))

    def add(self, operation: Operation, account: str, source: str) -> None:
        """Count an attempt in."""
        self.account[account].append(operation)
        self.source[source].append(operation)
        self.pair[account, source].append(operation)


@guarantee
def guessing_is_limited(history: History) -> Finding:
    """An account can be tried as often as the shop says within a minute, whichever gateway is asked, and no more often."""
    rate = next(iter(reading.rows(history, LOGIN_RATE, LoginRateRow)), None)
    attempts = Attempts()
    for operation, login in inputs(history, LogIn, LOG_IN):
        if login.email:
            attempts.add(operation, login.email.strip().casefold(), login.source)
    counts = {"refused as too many": sum(each.status == TOO_MANY for found in attempts.account.values() for each in found)}
    counts |= {ACCOUNTS: sum(_more(found, rate.crowd if rate else 0) for found in attempts.account.values())}
    counts |= {CLIENTS: sum(_more(found, rate.hashes if rate else 0) for found in attempts.source.values())}
    if rate is None:
        return Finding(judged=0, counts=counts)
    violations = [
        Violation(what=f"{whom}: {what}", operations=(operation.id,), facts={"of": whom})
        for whom, operation, what in (*_too_many(attempts, rate), *_too_few(attempts, rate))
    ]
    return Finding(judged=sum(map(len, attempts.account.values())), violations=tuple(violations), counts=counts)


def _more(found: Found, limit: int) -> bool:
    return 0 < limit < len(found)


def _too_many(attempts: Attempts, rate: LoginRateRow) -> Iterable[tuple[str, Operation, str]]:
    """Of each limit the first attempt with which a window holds more than it allows."""
    limited: list[tuple[str, Found, int]] = [
        (f"{account} from {source or 'here'}", found, rate.attempts) for (account, source), found in attempts.pair.items()
    ]
    if rate.crowd:
        from_where = [account for account, _ in attempts.pair]
        limited += [
            (account, found, rate.crowd + rate.slowed * from_where.count(account))
            for account, found in attempts.account.items()
        ]
    if rate.hashes:
        limited += [(source or "this machine", found, rate.hashes) for source, found in attempts.source.items()]
    for whom, found, limit in limited:
        if (beyond := _beyond(found, limit, rate.seconds)) is not None:
            each, within = beyond
            yield whom, each, f"{within} attempts were let in within {rate.seconds} s from operation {each.id} on, of {limit}"


def _beyond(found: Found, limit: int, seconds: int) -> tuple[Operation, int] | None:
    """The first attempt from which on more were let in than the limit, and how many."""
    let_in = sorted((each for each in found if each.status is not None and _let_in(each)), key=lambda each: each.invoked_ns)
    ended = sorted((each.completed_ns or 0) for each in let_in)
    for place, each in enumerate(let_in):
        until_ns = each.invoked_ns + seconds * 1_000_000_000 - SLACK_NS
        before = sum((other.completed_ns or 0) <= until_ns for other in let_in[:place])
        within = bisect_left(ended, until_ns + 1) - before
        if within > limit:
            return each, within
    return None


def _too_few(attempts: Attempts, rate: LoginRateRow) -> Iterable[tuple[str, Operation, str]]:
    """Attempts that were refused as too many with less than any limit in the window before."""
    for (account, source), found in attempts.pair.items():
        for each in found:
            if each.status != TOO_MANY or each.completed_ns is None:
                continue
            own = _counted(found, each, rate.seconds)
            slowed = bool(rate.crowd) and own >= rate.slowed
            crowded = slowed and _counted(attempts.account[account], each, rate.seconds) >= rate.crowd
            # What else costs a hash on this machine is not recorded with where it came from.
            spent = bool(rate.hashes) and (not source or _counted(attempts.source[source], each, rate.seconds) >= rate.hashes)
            if own < rate.attempts and not crowded and not spent:
                yield account, each, f"operation {each.id} was refused as too many after {own} attempts, of {rate.attempts}"
            asked = each.exchange.headers.get("retry-after", "") if each.exchange else ""
            if asked.isdigit() and int(asked) > rate.seconds + 1:
                yield (
                    account,
                    each,
                    (f"operation {each.id} was told to come back after {asked} s; the limit is for {rate.seconds} s"),
                )


def _counted(found: Sequence[Operation], each: Operation, seconds: int) -> int:
    """How many attempts the window before one may hold."""
    since_ns = each.invoked_ns - seconds * 1_000_000_000 - SLACK_NS
    return sum(
        other.status != TOO_MANY
        and other.invoked_ns < (each.completed_ns or 0)
        and (other.completed_ns or since_ns) >= since_ns
        for other in found
    )


def _let_in(operation: Operation) -> bool:
    return operation.status != TOO_MANY and (operation.status or 0) < 500
