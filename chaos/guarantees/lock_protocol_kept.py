"""The protocol of Redlock at each master, judged from the commands that the masters executed.

What a right holder does: it touches no key that holds another's value, asks for the TTL it was configured with, uses a value
for one attempt only, draws its token once it has a quorum, withdraws an attempt that was not granted, and releases at every
master what it has set. A single release may be lost without any fault, because a holder waits for a master a tenth of a second
only; so what is not withdrawn is judged by its share (`MOST`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chaos.guarantees import locks, reading
from chaos.guarantees.faults_in_force import InForce, in_force
from chaos.guarantees.lock_waits import given_up_early, let_go, not_granted
from chaos.observations.locks import (
    DEFAULT_SETTINGS,
    LOCK_ATTEMPTS,
    LOCK_SETTINGS,
    LOCK_STRAYS,
    LOCK_UNWATCHED,
    AttemptRow,
    GrantRow,
    LockSettingsRow,
    StrayRow,
    UnwatchedRow,
    VoteRow,
)
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

FAILED, VALUES, MOST = 3, 2, 0.5
"""So many attempts that failed, or values at one master, and such a share of those that could be, have to be left standing, or
it may have been the machine. What stands at a master keeps it from setting much else.
"""
DISORDER_NS = 5_000_000
"""The times of two servers are compared with so much room, besides the errors of their clocks."""
CLOCK_JUMP = "clock_jump"


@guarantee
def lock_protocol_kept(history: History) -> Finding:
    """Nobody touches a key of the lock that holds another's value, each attempt has a value of its own and the configured
    TTL, what is not granted is withdrawn and what was held is released; a lock that nobody holds is granted, and whoever is
    refused keeps trying.
    """
    attempts = reading.rows(history, LOCK_ATTEMPTS, AttemptRow)
    strays = reading.rows(history, LOCK_STRAYS, StrayRow)
    unwatched = reading.rows(history, LOCK_UNWATCHED, UnwatchedRow)
    settings = next(iter(reading.rows(history, LOCK_SETTINGS, LockSettingsRow)), DEFAULT_SETTINGS)
    grants, faults = locks.grants(history), in_force(history)
    held = frozenset(row.value for row in grants)
    found = Finding(
        judged=len(attempts),
        violations=(
            *_other_ttls(attempts, settings),
            *_used_again(attempts),
            *_drawn_early(grants, faults),
            *_in_part(attempts, faults, unwatched),
        ),
    )
    found += _strays(strays, faults)
    found += _left_standing(attempts, held, faults, unwatched, history.observed_at_ns(LOCK_ATTEMPTS))
    found += not_granted(attempts, grants, faults)
    found += let_go(attempts, held, settings, faults)
    return found + given_up_early(history, settings, faults)


def _strays(strays: Iterable[StrayRow], faults: tuple[InForce, ...]) -> Finding:
    """Commands on keys of others. The model of a master's keys sees them forgotten, but not expired by a clock that jumped."""
    violations, excused = [], 0
    jumped = [each for each in faults if each.kind == CLOCK_JUMP]
    for row in strays:
        if row.left_ns <= locks.EXACT_NS:
            continue
        if any(each.hits(row.master) and each.meets(row.at_ns - locks.EXTENDED_NS, row.at_ns) for each in jumped):
            excused += 1
            continue
        violations.append(
            Violation(
                what=f"{row.master} executed {row.command} of {_holder(row.value)} on the key of {row.resource}, which"
                f" {_holder(row.found)} held for another {row.left_ns / 1e9:.3f} s",
                facts={"master": row.master, "resource": row.resource, "value": row.value, "found": row.found},
            )
        )
    return Finding(judged=0, violations=tuple(violations), counts={"keys of another that were to be expected": excused})


def _other_ttls(attempts: Iterable[AttemptRow], settings: LockSettingsRow) -> Iterator[Violation]:
    told = round(settings.ttl_s * 1000)
    asked = Counter((row.holder, ttl) for row in attempts for ttl in row.ttls_ms if abs(ttl - told) > 1)
    for (holder, ttl), number in asked.items():
        yield Violation(
            what=f"{holder} asked for a TTL of {ttl} ms in {number} attempts; it was told {told} ms",
            facts={"holder": holder, "ttl_ms": ttl, "told_ms": told, "attempts": number},
        )


def _used_again(attempts: Iterable[AttemptRow]) -> Iterator[Violation]:
    for row in attempts:
        again = [vote for vote in row.votes if vote.sets > 1]
        if again:
            yield Violation(
                what=f"{row.holder} used the value {row.value} for several attempts: {again[0].master} set it"
                f" {again[0].sets} times, so a release that is late frees what was won since",
                facts={"value": row.value, "master": again[0].master, "sets": again[0].sets},
            )


def _drawn_early(grants: Iterable[GrantRow], faults: tuple[InForce, ...]) -> Iterator[Violation]:
    """Tokens that were drawn before a quorum agreed. Not judged where a master was out of sight, or its clock had jumped."""
    jumped = [each for each in faults if each.kind == CLOCK_JUMP]
    for row in grants:
        if row.granted_ns is None or row.drawn_ns is None or row.out_of_sight or row.votes < row.quorum:
            continue
        early_ns = row.granted_ns - row.drawn_ns - row.error_ns - DISORDER_NS
        if early_ns > 0 and not any(each.meets(row.drawn_ns, row.granted_ns, locks.RECOVERED_NS) for each in jumped):
            yield Violation(
                what=f"{row.holder} drew token {row.token} for {row.resource} {early_ns / 1e9:.3f} s before a quorum of the"
                " masters had granted it the lock",
                facts={"resource": row.resource, "token": row.token, "early_ns": early_ns},
            )


def _in_part(
    attempts: Iterable[AttemptRow], faults: tuple[InForce, ...], unwatched: tuple[UnwatchedRow, ...]
) -> Iterator[Violation]:
    """Attempts of which a master set or deleted some resources only. Not judged where a fault was at work, or nobody saw it."""
    for row in attempts:
        for vote in row.votes:
            met = vote.met if vote.met_left_ns is None or vote.met_left_ns > locks.EXACT_NS else ""  # else it may have expired
            if vote.set_ns is None or not (met or vote.kept):
                continue
            since_ns, until_ns = vote.set_ns, vote.released_ns or vote.set_ns
            felt = [each for each in faults if each.hits(vote.master)]
            if any(each.meets(since_ns, until_ns, locks.RECOVERED_NS) for each in felt) or _out_of_sight(
                unwatched, vote.master, since_ns, until_ns
            ):
                continue
            what = f"{vote.master} set what {row.holder} wanted, though {_holder(met)} held some of it"
            if not met:
                what = f"{vote.master} kept {vote.kept} of {len(row.resources)} resources when {row.holder} released them"
            yield Violation(what=f"{what} ({row.value})", facts={"value": row.value, "master": vote.master})


def _out_of_sight(unwatched: Iterable[UnwatchedRow], master: str, since_ns: int, until_ns: int) -> bool:
    return any(each.master == master and each.begin_ns < until_ns and each.end_ns > since_ns for each in unwatched)


@dataclass(frozen=True)
class _Left:
    """A value that a master set; `standing`: no release of it came, though nothing kept it."""

    attempt: AttemptRow
    master: str
    standing: bool


def _left_standing(
    attempts: Iterable[AttemptRow],
    held: frozenset[str],
    faults: tuple[InForce, ...],
    unwatched: tuple[UnwatchedRow, ...],
    end_ns: int,
) -> Finding:
    """Values that masters set and that were never released there, of attempts that failed, and of those at one master."""
    left, undecided = [], 0
    for attempt in attempts:
        for vote in (each for each in attempt.votes if each.set_ns is not None):
            standing = _standing(attempt, vote, faults, unwatched, end_ns)
            undecided += standing is None
            left += [_Left(attempt, vote.master, standing)] if standing is not None else []
    violations: list[Violation] = []
    failed = _by_attempt([each for each in left if each.attempt.value not in held])
    violations += _mostly("attempts that failed", FAILED, [(_named(each), all(x.standing for x in each)) for each in failed])
    for master in sorted({each.master for each in left}):
        there = [(each.attempt.value, each.standing) for each in left if each.master == master]
        violations += _mostly(f"values that {master} set", VALUES, there)
    counts = {
        "values that masters set": len(left),
        "values left to their TTL": sum(each.standing for each in left),
        "values of which nobody can tell whether they were withdrawn": undecided,
    }
    return Finding(judged=0, violations=tuple(violations), counts=counts)


def _standing(
    attempt: AttemptRow, vote: VoteRow, faults: tuple[InForce, ...], unwatched: tuple[UnwatchedRow, ...], end_ns: int
) -> bool | None:
    """Whether a value was left standing at a master until its TTL ran out; None when that cannot be told, or was forced."""
    if vote.set_ns is None or vote.until_ns is None:
        return None
    if vote.released_ns is not None:
        return False
    since_ns, until_ns = vote.set_ns, vote.until_ns
    felt = [each for each in faults if each.meets(since_ns, until_ns)]
    kept = any(each.hits(attempt.holder) for each in felt) or vote.master in locks.unreachable(felt, attempt.holder)
    return None if kept or until_ns > end_ns or _out_of_sight(unwatched, vote.master, since_ns, until_ns) else True


def _by_attempt(left: Iterable[_Left]) -> list[list[_Left]]:
    found: dict[str, list[_Left]] = {}
    for each in left:
        found.setdefault(each.attempt.value, []).append(each)
    return list(found.values())


def _named(left: list[_Left]) -> str:
    return left[0].attempt.value


def _mostly(what: str, least: int, judged: list[tuple[str, bool]]) -> Iterator[Violation]:
    """A violation when most of them, and not too few, were left standing."""
    standing = [value for value, stands in judged if stands]
    if len(standing) >= least and len(standing) >= MOST * len(judged):
        yield Violation(
            what=f"of {len(judged)} {what} {len(standing)} were never released, and ended with their TTL: {standing[0]} is one",
            facts={"standing": len(standing), "of": len(judged), "values": [*standing[:10]]},
        )


def _holder(value: str) -> str:
    return value.rpartition(":")[0] or value or "somebody"
