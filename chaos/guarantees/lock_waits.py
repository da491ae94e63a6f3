"""A lock that nobody holds is granted, and whoever is refused keeps trying for as long as it was told to.

Bounds are generous, and few cases prove nothing: on a loaded machine a holder may miss a tenth of a second, which is all that
it waits for a master, several times on end.
"""

from collections.abc import Iterable, Iterator

from chaos.guarantees import joining, locks
from chaos.guarantees.faults_in_force import InForce
from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.locks import AttemptRow, LockSettingsRow
from chaos.observations.orders import PLACE_ORDER
from harness.history import Event, History
from harness.verdict import Finding, Violation

QUORUM = 2
GRANTED_WITHIN_NS = 5_000_000_000
"""Whoever tries for so long while nobody holds the lock has to be granted it…"""
TRIES = 10
"""…if it tries so many times."""
EARLY = 0.8
"""Whoever gives up after a smaller part of the time that it was told to try, gives up early…"""
FEW = 5
MOST = 0.5
"""…and does so on purpose if it happens so many times, to such a share of those that were put off."""
PLACE, FIRST = "place", 1


def not_granted(attempts: Iterable[AttemptRow], held: frozenset[str], faults: tuple[InForce, ...]) -> Finding:
    """Holders that tried for too long to get what a quorum of the masters held for nobody."""
    violations, longest_ns = [], 0
    for tries in _in_vain(attempts, held, faults):
        lasted_ns = tries[-1].first_ns - tries[0].first_ns
        longest_ns = max(longest_ns, lasted_ns)
        if lasted_ns > GRANTED_WITHIN_NS and len(tries) >= TRIES:
            first = tries[0]
            violations.append(
                Violation(
                    what=f"{first.holder} tried {len(tries)} times in {lasted_ns / 1e9:.3f} s to get the lock on"
                    f" {', '.join(first.resources)}, which a quorum of the masters held for nobody, and was not granted it",
                    facts={"holder": first.holder, "resources": [*first.resources], "values": [first.value, tries[-1].value]},
                )
            )
    return Finding(
        judged=0, violations=tuple(violations), counts={"longest vain tries for a free lock (ms)": longest_ns // 10**6}
    )


def _in_vain(
    attempts: Iterable[AttemptRow], held: frozenset[str], faults: tuple[InForce, ...]
) -> Iterator[tuple[AttemptRow, ...]]:
    """The attempts in a row of one holder for the same resources, as long as they were free and it was not granted them."""
    rows: dict[tuple[str, tuple[str, ...]], list[AttemptRow]] = {}
    for attempt in sorted(attempts, key=lambda each: each.first_ns):
        row = rows.setdefault((attempt.holder, attempt.resources), [])
        if attempt.value in held or not _free(attempt, faults):
            yield from [tuple(row)] if row else []
            row.clear()
        else:
            row.append(attempt)
    yield from (tuple(row) for row in rows.values() if row)


def _free(attempt: AttemptRow, faults: tuple[InForce, ...]) -> bool:
    """Whether a quorum of the masters held the resources for nobody when it was asked, and no fault was in the way."""
    felt = [each for each in faults if each.meets(attempt.first_ns, attempt.first_ns, locks.RECOVERED_NS)]
    free = sum(vote.asked_ns is not None and not vote.met for vote in attempt.votes)
    in_reach = len(locks.unreachable(felt, attempt.holder)) < QUORUM
    return free >= QUORUM and in_reach and not any(each.hits(attempt.holder) for each in felt)


def given_up_early(history: History, settings: LockSettingsRow, faults: tuple[InForce, ...]) -> Finding:
    """Orders whose first attempt to reserve was put off sooner than a holder may give the lock up.

    Faults of masters, and latency anywhere, do not excuse it: whoever cannot get the lock tries until its time is over.
    """
    asked = joining.operations_by_order(history, PLACE_ORDER)
    sent_ns = {each.id: each.invoked_ns for each in history.named(PLACE_ORDER)}
    early: list[tuple[Event, int]] = []
    put_off = 0
    for event in history.events:
        if event.event != SAGA_POSTPONED or event.detail.get("kind") != PLACE or event.detail.get("attempts") != FIRST:
            continue
        begun = [sent_ns[operation] for operation in asked.get(event.subject, ())]
        if not begun or any(_elsewhere(each) and each.meets(min(begun), event.time_ns, locks.RECOVERED_NS) for each in faults):
            continue
        put_off += 1
        if (after_ns := event.time_ns - min(begun)) < EARLY * settings.wait_s * 1e9:
            early.append((event, after_ns))
    counts = {"orders put off for want of the lock": put_off, "orders put off early": len(early)}
    if len(early) < FEW or len(early) < MOST * put_off:
        return Finding(judged=0, counts=counts)
    event, after_ns = min(early, key=lambda each: each[1])
    violation = Violation(
        what=f"{len(early)} orders were put off before their instance had tried for {settings.wait_s:g} s to get the lock:"
        f" {event.subject} {after_ns / 1e9:.3f} s after it was sent",
        operations=asked.get(event.subject, ()),
        facts={"early": len(early), "order": event.subject, "after_ns": after_ns},
    )
    return Finding(judged=0, violations=(violation,), counts=counts)


def _elsewhere(fault: InForce) -> bool:
    """Whether a fault can keep a reservation from being made otherwise than by the lock, or by being slow."""
    return not (fault.slow or fault.only_at(locks.MASTERS))
