"""A lock that nobody holds is granted, and whoever is refused keeps trying for as long as it was told to.

Bounds are generous, and few cases prove nothing: on a loaded machine a holder may miss a tenth of a second, which is all that
it waits for a master, several times on end.
"""

from collections.abc import Iterable, Iterator

from chaos.guarantees import joining, locks
from chaos.guarantees.faults_in_force import InForce
from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.locks import AttemptRow, GrantRow, LockSettingsRow
from chaos.observations.orders import PLACE_ORDER
from harness.history import Event, History
from harness.verdict import Finding, Violation

QUORUM = 2
GRANTED_WITHIN_NS = 8_000_000_000
"""Whoever tries for so long while nobody holds the lock has to be granted it (on a loaded machine two that try at the same time
split the votes again and again: 44 times in 3.8 s were seen)…"""
TRIES = 10
"""…if it tries so many times."""
AGAIN_NS = 2_000_000_000
"""Whoever was refused has to try again within so long. A holder waits for 0.05 s, and 0.2 s for masters that do not answer."""
EARLY = 0.8
"""Whoever gives up after a smaller part of the time that it was told to try, gives up early…"""
FEW = 5
MOST = 0.5
"""…and does so on purpose if it happens so many times, to such a share of those that were put off."""
PLACE, FIRST = "place", 1


def not_granted(attempts: Iterable[AttemptRow], grants: Iterable[GrantRow], faults: tuple[InForce, ...]) -> Finding:
    """Holders that tried for too long to get what nobody held meanwhile, and a quorum of the masters could have granted."""
    violations, longest_ns = [], 0
    for tries in _in_vain(attempts, tuple(grants), faults):
        lasted_ns = tries[-1].first_ns - tries[0].first_ns
        longest_ns = max(longest_ns, lasted_ns)
        if lasted_ns > GRANTED_WITHIN_NS and len(tries) >= TRIES:
            first = tries[0]
            violations.append(
                Violation(
                    what=f"{first.holder} tried {len(tries)} times in {lasted_ns / 1e9:.3f} s to get the lock on"
                    f" {', '.join(first.resources)}, which nobody held, and was not granted it",
                    facts={"holder": first.holder, "resources": [*first.resources], "values": [first.value, tries[-1].value]},
                )
            )
    counts = {"longest vain tries for a free lock (ms)": longest_ns // 10**6}
    return Finding(judged=0, violations=tuple(violations), counts=counts)


def _in_vain(
    attempts: Iterable[AttemptRow], grants: tuple[GrantRow, ...], faults: tuple[InForce, ...]
) -> Iterator[tuple[AttemptRow, ...]]:
    """The attempts in a row of one holder for the same resources, while nobody was granted them and no fault was at work."""
    held = frozenset(row.value for row in grants)
    rows: dict[tuple[str, tuple[str, ...]], list[AttemptRow]] = {}
    for attempt in sorted(attempts, key=lambda each: each.first_ns):
        row = rows.setdefault((attempt.holder, attempt.resources), [])
        if row and _were_held(grants, attempt, row[0].first_ns):
            yield tuple(row)
            row.clear()
        if attempt.value not in held and _free(attempt, held, faults):
            row.append(attempt)
        elif row:
            yield tuple(row)
            row.clear()
    yield from (tuple(row) for row in rows.values() if row)


def _were_held(grants: tuple[GrantRow, ...], attempt: AttemptRow, since_ns: int) -> bool:
    """Whether somebody held what an attempt wants at some time since."""
    return any(
        row.resource in attempt.resources and row.begin_ns <= attempt.first_ns and since_ns <= row.sure_ns for row in grants
    )


def _free(attempt: AttemptRow, held: frozenset[str], faults: tuple[InForce, ...]) -> bool:
    """Whether a quorum of the masters was asked that held the resources for nobody, or for an attempt that failed as well."""
    felt = [each for each in faults if each.meets(attempt.first_ns, attempt.first_ns, locks.RECOVERED_NS)]
    free = sum(vote.asked_ns is not None and vote.met not in held for vote in attempt.votes)
    in_reach = len(locks.unreachable(felt, attempt.holder)) < QUORUM
    return free >= QUORUM and in_reach and not any(each.hits(attempt.holder) for each in felt)


def let_go(
    attempts: Iterable[AttemptRow], held: frozenset[str], settings: LockSettingsRow, faults: tuple[InForce, ...]
) -> Finding:
    """Holders that were refused, and did not try again soon, though their time was not over."""
    judged, idle = 0, []
    for tries in _refused(attempts, held):
        began_ns, last_ns = tries[0].first_ns, tries[-1].first_ns
        if any(each.meets(began_ns, last_ns + AGAIN_NS) and _unseen(each, tries[0].holder) for each in faults):
            continue
        judged += 1
        if last_ns - began_ns < EARLY * settings.wait_s * 1e9:
            idle.append(tries)
    counts = {"refused, and tried on": judged - len(idle), "refused, and did not try again": len(idle)}
    if len(idle) < FEW or len(idle) < MOST * judged:
        return Finding(judged=0, counts=counts)
    first, last = idle[0][0], idle[0][-1]
    violation = Violation(
        what=f"{len(idle)} of {judged} times a holder was refused, and did not try again within {AGAIN_NS / 1e9:g} s, though it"
        f" was told to try for {settings.wait_s:g} s: {first.holder} stopped {(last.first_ns - first.first_ns) / 1e9:.3f} s"
        " after its first attempt",
        facts={"times": len(idle), "of": judged, "values": [each[-1].value for each in idle[:10]]},
    )
    return Finding(judged=0, violations=(violation,), counts=counts)


def _refused(attempts: Iterable[AttemptRow], held: frozenset[str]) -> Iterator[tuple[AttemptRow, ...]]:
    """The attempts in a row of one holder for the same resources that ended with a refusal."""
    rows: dict[tuple[str, tuple[str, ...]], list[AttemptRow]] = {}
    for attempt in sorted(attempts, key=lambda each: each.first_ns):
        row = rows.setdefault((attempt.holder, attempt.resources), [])
        if row and attempt.first_ns - row[-1].first_ns > AGAIN_NS:
            yield tuple(row)
            row.clear()
        if attempt.value in held:
            row.clear()
        else:
            row.append(attempt)
    yield from (tuple(row) for row in rows.values() if row)


def _unseen(fault: InForce, holder: str) -> bool:
    """Whether a fault may keep a holder from trying, or its tries from being seen at the masters."""
    return _elsewhere(fault) or bool(fault.callees(holder, locks.MASTERS)) or len(fault.members) > QUORUM


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
