"""Monotonic reads: every state read is on the state machine, and no later read shows an earlier state.

Two reads that overlap in time are unordered; of two that do not, the later one must show a state reachable from the earlier
one's, by whichever client.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Read:
    """`subject` was in `state` at some time between two (ns). `operation` is None for an observation."""

    subject: str
    state: str
    began_ns: int
    ended_ns: int
    operation: int | None = None


def forward_only(reads: Iterable[Read], moves: Mapping[str, Collection[str]], *, kind: str = "item") -> Finding:
    """Judge every read: its state is one of `moves`, and can be reached from every state read before.

    `moves` names the states that each state leads to directly; staying is always allowed.
    """
    kept = list(reads)
    reached = {state: _reachable(state, moves) for state in moves}
    ended = iter(sorted(kept, key=lambda read: read.ended_ns))
    waiting = next(ended, None)
    seen: dict[str, dict[str, Read]] = {}
    violations = []
    for read in sorted(kept, key=lambda read: read.began_ns):
        while waiting is not None and waiting.ended_ns < read.began_ns:
            seen.setdefault(waiting.subject, {}).setdefault(waiting.state, waiting)
            waiting = next(ended, None)
        if read.state not in moves:
            violations.append(_breach(read, f"{kind} {read.subject} was read as {read.state}, which is no state of it"))
            continue
        violations += [
            _breach(read, f"{kind} {read.subject} was read as {read.state} after it had been {state}", before)
            for state, before in seen.get(read.subject, {}).items()
            if state in moves and read.state not in reached[state]
        ]
    return Finding(judged=len(kept), violations=tuple(violations))


def _reachable(state: str, moves: Mapping[str, Collection[str]]) -> frozenset[str]:
    found = {state}
    todo = [state]
    while todo:
        new = set(moves.get(todo.pop(), ())) - found
        found |= new
        todo += new
    return frozenset(found)


def _breach(read: Read, what: str, before: Read | None = None) -> Violation:
    shown = [each for each in (before, read) if each is not None]
    return Violation(
        what=what,
        operations=tuple(each.operation for each in shown if each.operation is not None),
        facts={"subject": read.subject, "states": [each.state for each in shown]},
    )
