"""Linearizability of registers: some order of the operations explains every answer and agrees with real time.

The search is Wing and Gong's (1993), with Lowe's just-in-time linearization and memoisation ("Testing for linearizability",
2017): a set of configurations (state, operations that took effect and have not returned) is carried from event to event; an
operation must have taken effect when it returns. One whose outcome is unknown never returns: it may take effect at any later
time or never, so of two configurations that differ in such operations only, the one that used fewer stands for both.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.verdict import Finding, Violation

State: TypeAlias = Hashable
Effect: TypeAlias = Callable[[State], Collection[State]]
"""The states that an operation may lead to; none when it cannot have happened in the given state."""

LIMIT = 500_000
"""Comparisons of configurations for one register, beyond which its search is given up; about a second."""


class UndecidedError(Exception):
    """The search was given up: nothing is known of these registers."""


UNSET: State = "not known yet"
"""The state of a register whose first value is not known: the first read tells it."""


@dataclass(frozen=True, slots=True)
class Access:
    """An operation on one register between two times (ns); `ended_ns` is None when its outcome is unknown.

    `what` completes the sentence "operation 7 …", e.g. "read PAID". An operation that did not take effect is none.
    """

    register: str
    what: str
    began_ns: int
    ended_ns: int | None
    effect: Effect
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class Reads:
    """The effect: the register had this value."""

    value: State

    def __call__(self, state: State) -> Collection[State]:
        """See Effect."""
        return (self.value,) if state in (self.value, UNSET) else ()


@dataclass(frozen=True, slots=True)
class Writes:
    """The effect: the register has this value from now on."""

    value: State

    def __call__(self, _state: State) -> Collection[State]:
        """See Effect."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Swaps:
    """The effect, compare and set: the register had one of `expected` and has `value` from now on."""

    expected: frozenset[State]
    value: State

    def __call__(self, state: State) -> Collection[State]:
        """See Effect."""
        return (self.value,) if state in self.expected or state == UNSET else ()


@dataclass(frozen=True, slots=True)
class Misses:
    """The effect: the register had another value, if it is known."""

    value: State

    def __call__(self, state: State) -> Collection[State]:
        """See Effect."""
        return (state,) if state != self.value else ()


def linearizable(
    accesses: Iterable[Access],
    initial: Mapping[str, State],
    *,
    kind: str = "register",
    unset: State = UNSET,
    limit: int = LIMIT,
) -> Finding:
    """Judge every access that returned. Registers that are not in `initial` begin with the state `unset`.

    One violation per register, at the first return that no order explains. Raises UndecidedError when none was found and a
    register's search needed more than `limit` comparisons.
    """
    by_register: dict[str, list[Access]] = {}
    for access in accesses:
        by_register.setdefault(access.register, []).append(access)
    violations, undecided, judged = [], [], 0
    for register, found in by_register.items():
        judged += sum(each.ended_ns is not None for each in found)
        search = _Search(sorted(found, key=lambda each: each.began_ns), initial.get(register, unset), limit)
        try:
            stuck = search.first_unexplained()
        except UndecidedError:
            undecided.append(register)
            continue
        if stuck is not None:
            violations.append(_breach(kind, stuck, search))
    if undecided and not violations:
        raise UndecidedError(f"after {limit} comparisons it is undecided for {kind} {', '.join(undecided[:5])}")
    counts = {"registers": len(by_register), "undecided": len(undecided)}
    return Finding(judged=judged, violations=tuple(violations), counts=counts)


@dataclass
class _Search:
    """The search on one register. Operations are bits of a mask, by their place in `accesses`."""

    accesses: list[Access]
    initial: State
    limit: int
    compared: int = 0
    before: frozenset[State] = frozenset()
    """The states that were possible before the access that nothing explains."""
    last: Access | None = None
    """The last access that had returned before that one began."""
    _optional: int = 0
    _equal: list[int] = field(default_factory=list)
    """By place, the operations of unknown outcome before it with an equal effect: used up first, as any is as good."""
    _found: dict[tuple[State, int], list[int]] = field(default_factory=dict)

    def first_unexplained(self) -> Access | None:
        """The first access whose return no order explains; None when all are explained. Raises UndecidedError."""
        self._optional = sum(1 << place for place, each in enumerate(self.accesses) if each.ended_ns is None)
        self._equal = self._equal_before()
        events = [(each.began_ns, 0, place) for place, each in enumerate(self.accesses)]
        events += [(each.ended_ns, 1, place) for place, each in enumerate(self.accesses) if each.ended_ns is not None]
        pending = 0
        configurations: list[tuple[State, int]] = [(self.initial, 0)]
        for _, returns, place in sorted(events):
            bit = 1 << place
            if not returns:
                pending |= bit
                configurations = [self._settled(state, taken, bit) for state, taken in configurations]
                continue
            self.before = frozenset(state for state, _ in configurations)
            configurations = self._after(configurations, pending, bit)
            pending &= ~bit
            if not configurations:
                began = self.accesses[place].began_ns
                ended = [each for each in self.accesses if each.ended_ns is not None and each.ended_ns < began]
                self.last = max(ended, key=lambda each: each.ended_ns or 0, default=None)
                return self.accesses[place]
        return None

    def _after(self, configurations: Iterable[tuple[State, int]], pending: int, bit: int) -> list[tuple[State, int]]:
        """The configurations in which the operation `bit` took effect, reached by any order of what is pending."""
        self._found = {}
        kept: dict[tuple[State, int], list[int]] = {}
        todo = [each for each in configurations if self._is_new(self._found, *each)]
        while todo:
            state, taken = todo.pop()
            if taken & bit:
                self._is_new(kept, state, taken & ~bit)
                continue
            open_ = pending & ~taken
            while open_:
                one = open_ & -open_
                open_ &= ~one
                if self._equal[one.bit_length() - 1] & pending & ~taken:
                    continue
                for then in self.accesses[one.bit_length() - 1].effect(state):
                    if then == state and one & self._optional:
                        continue  # it changed nothing: as if it never happened
                    reached = self._settled(then, taken | one, pending & ~taken & ~one)
                    if self._is_new(self._found, *reached):
                        todo.append(reached)
        return [(state, definite | used) for (state, definite), sets in kept.items() for used in sets]

    def _equal_before(self) -> list[int]:
        masks: dict[Effect, int] = {}
        found = []
        for place, each in enumerate(self.accesses):
            optional = each.ended_ns is None
            found.append(masks.get(each.effect, 0) if optional else 0)
            if optional:
                masks[each.effect] = masks.get(each.effect, 0) | 1 << place
        return found

    def _settled(self, state: State, taken: int, pending: int) -> tuple[State, int]:
        """With the pending operations that leave this state as it is: taking them at once excludes nothing."""
        pending &= ~taken & ~self._optional
        while pending:
            one = pending & -pending
            pending &= ~one
            if tuple(self.accesses[one.bit_length() - 1].effect(state)) == (state,):
                taken |= one
        return state, taken

    def _is_new(self, known: dict[tuple[State, int], list[int]], state: State, taken: int) -> bool:
        """Note a configuration, unless one that used no more operations of unknown outcome is noted."""
        used = taken & self._optional
        sets = known.setdefault((state, taken & ~self._optional), [])
        self.compared += 1 + len(sets)
        if self.compared > self.limit:
            raise UndecidedError
        if any(each & used == each for each in sets):
            return False
        sets[:] = [each for each in sets if used & each != used]
        sets.append(used)
        return True


def _breach(kind: str, stuck: Access, search: _Search) -> Violation:
    possible = " or ".join(sorted(map(str, search.before)))
    after = f", after operation {search.last.operation} {search.last.what}" if search.last else ""
    unknown = sum(each.ended_ns is None for each in search.accesses)
    return Violation(
        what=f"{kind} {stuck.register}: operation {stuck.operation} {stuck.what}, but in no order of what was done could it:"
        f" it was {possible}{after}" + (f"; outcomes unknown: {unknown}" if unknown else ""),
        operations=tuple(each.operation for each in (search.last, stuck) if each is not None and each.operation is not None),
        facts={"register": stuck.register, "possible": [*sorted(map(str, search.before))]},
    )
