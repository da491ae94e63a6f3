"""The holds of the shop's locks, from two independent sources: commands at the lock masters, and fencing tokens drawn.

A token shows that an instance took the lock as granted; the commands show whether it was.
"""

import json
from collections.abc import Iterable, Iterator

from chaos.observations.locks import GrantRow
from chaos.subject.watchers.lock_book import Claim, LockBook
from chaos.subject.watchers.monitor import PLAUSIBLE_NS
from harness.history import Row, row_of

UNSEEN_BEFORE_NS = 5_000_000_000
"""Longest time in ns from a grant to the drawing of its token, for a grant that was not observed."""


def lock_grants(book: LockBook, tokens: Iterable[Row], now_ns: int, error_ns: int = 0) -> list[Row]:
    """A GrantRow for each resource of each token (rows of TOKENS) drawn since `book` was opened; none if it never was.

    `error_ns` bounds the error of the tokens' times; `book` has those of the masters.
    """
    drawn = [row for row in tokens if _drawn_ns(row) >= book.since_ns] if book.masters else []
    error_ns = max([error_ns, *(clock.error_ns for clock in book.clocks.values())])
    return [row_of(grant) for row in drawn for grant in _grants(book, row, now_ns, error_ns)]


def drift_ns(book: LockBook, clocks: Iterable[Row]) -> int:
    """How far the masters' clocks have moved since `book` was opened, in ns; `clocks` are rows of CLOCKS, measured now.

    A clock that jumped by more than `PLAUSIBLE_NS` is left out: its times are not used.
    """
    now = {str(row["clock"]): int(str(row["offset_ns"])) for row in clocks}
    moved = (abs(now[master] - clock.offset_ns) for master, clock in book.clocks.items() if master in now)
    return max((each for each in moved if each < PLAUSIBLE_NS), default=0)


def _drawn_ns(row: Row) -> int:
    return int(str(row["drawn_ns"]))


def _grants(book: LockBook, row: Row, now_ns: int, error_ns: int) -> Iterator[GrantRow]:
    value, drawn_ns = str(row["holder"]), _drawn_ns(row)
    for resource in json.loads(str(row["names"])):
        claim = book.claims.get((resource, value)) or Claim(resource, value, drawn_ns)
        # A value that was read, and not seen being set, is as old as its token at least.
        first_ns = min(claim.first_ns, drawn_ns) if claim.terms_ns else drawn_ns - UNSEEN_BEFORE_NS
        begin_ns = min(drawn_ns, claim.granted_ns or drawn_ns)
        released_ns, until_ns = claim.released_ns, claim.believed_until_ns(book.quorum)
        sure_ns = max(begin_ns, drawn_ns, claim.alive_ns) if released_ns is None else max(begin_ns, released_ns)
        over_ns = until_ns if claim.terms_ns and until_ns <= now_ns else None
        yield GrantRow(
            resource=resource,
            holder=claim.holder,
            value=value,
            token=int(str(row["token"])),
            begin_ns=begin_ns,
            sure_ns=sure_ns,
            end_ns=sure_ns if released_ns is not None else over_ns and max(over_ns, sure_ns),
            ending="released" if released_ns is not None else "expired" if over_ns else "unknown",
            votes=len(claim.terms_ns),
            unseen=book.unobserved_between(first_ns, drawn_ns),
            quorum=book.quorum,
            error_ns=error_ns,
            until_ns=until_ns if len(claim.terms_ns) >= book.quorum else None,
            granted_ns=claim.granted_ns,
            drawn_ns=drawn_ns,
            set_at=tuple(sorted(claim.terms_ns)),
            out_of_sight=book.unobserved_between(first_ns, max(drawn_ns, sure_ns)),
        )
