"""Which faults were in force when, and what they were done to: the ground of excuses that are limited in time and target."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.faults.spec import Edge
from harness.history import Fault, FaultPhase, History

LEAD_NS = 5_000_000_000
"""Injection takes up to so long, and the fault has effect during it; INJECT is recorded at its end."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A fault, by its name in the plan, was in force from `begin_ns` to `end_ns`, at `members` and at `edges`."""

    name: str
    kind: str
    members: tuple[str, ...]
    edges: tuple[Edge, ...]
    begin_ns: int
    end_ns: int
    slow: bool = False
    """It only delays what passes its edges."""

    def meets(self, from_ns: int, to_ns: int, trail_ns: int = 0) -> bool:
        """Whether it was in force, or had ended less than `trail_ns` before, at some time between two."""
        return self.begin_ns <= to_ns and from_ns <= self.end_ns + trail_ns

    def hits(self, member: str) -> bool:
        """Whether it was done to a member that fits a pattern."""
        return any(fnmatchcase(each, member) for each in self.members)

    def only_at(self, member: str) -> bool:
        """Whether all that it was done to fits a pattern of members, edges by their callees."""
        done_to = (*self.members, *(edge.callee for edge in self.edges))
        return all(fnmatchcase(each, member) for each in done_to)

    def callees(self, caller: str, callee: str) -> frozenset[str]:
        """The callees of its edges that lead from one pattern to another."""
        fits = (each for each in self.edges if fnmatchcase(each.caller, caller) and fnmatchcase(each.callee, callee))
        return frozenset(each.callee for each in fits)


def in_force(history: History) -> tuple[InForce, ...]:
    """Every fault of the run, each from when it may first have had an effect; one that was never healed lasts to the end."""
    return tuple(_in_force(history))


def _in_force(history: History) -> Iterator[InForce]:
    begun: dict[str, tuple[Fault, int]] = {}
    for record in history.faults:
        if record.phase is FaultPhase.INJECT:
            begun[record.fault] = (record, record.time_ns - LEAD_NS)
        elif record.phase is FaultPhase.HEAL and record.fault in begun:
            _, since_ns = begun.pop(record.fault)
            yield _of(record, since_ns, record.time_ns)
    for record, since_ns in begun.values():
        yield _of(record, since_ns, history.span_ns[1])


def _of(record: Fault, begin_ns: int, end_ns: int) -> InForce:
    spec = record.spec
    if spec is None:
        return InForce(record.fault, "", record.members, (), begin_ns, end_ns)
    slow = spec.kind == "toxic" and spec.parameters.get("type") == "latency"
    return InForce(record.fault, spec.kind, record.members, spec.edges, begin_ns, end_ns, slow)
