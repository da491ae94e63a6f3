"""A history in memory: operations joined from their two records, and lookups for judges.

An operation that was invoked and never completed counts as `info`: its client died waiting, the system may still
have acted. Built for a million operations: few bytes per operation, and an index by name.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias, TypeVar

from harness.history.memory import Interning
from harness.history.records import Completion, Ending, Event, Exchange, Fault, Invoke, Observation, Record, Row, Stage

T = TypeVar("T")


class MalformedHistoryError(ValueError):
    """The records do not make a history: a completion without an invoke, a second one, or an id used twice."""


class NotObservedError(LookupError):
    """A judge needs an observation that the run never made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One client operation from invoke to its end. `completed_ns` is None when it never ended."""

    id: int
    process: str
    name: str
    input: Row
    invoked_ns: int
    completed_ns: int | None = None
    ending: Ending = Ending.INFO
    output: Row = field(default_factory=dict)
    status: int | None = None
    error: str = ""
    exchange: Exchange | None = None

    @property
    def ok(self) -> bool:
        """Whether it is known to have taken effect."""
        return self.ending is Ending.OK

    @property
    def unknown(self) -> bool:
        """Whether its outcome is unknown."""
        return self.ending is Ending.INFO

    @property
    def latency_s(self) -> float | None:
        """Seconds from invoke to the end; None when it never ended."""
        return None if self.completed_ns is None else (self.completed_ns - self.invoked_ns) / 1e9


@dataclass(frozen=True, slots=True)
class ObservedRows:
    """An observation whose rows may be packed."""

    time_ns: int
    subject: str
    rows: Sequence[Row]
    at_rest: bool = True

    def record(self) -> Observation:
        """As it was written, with all its rows in memory."""
        return Observation(time_ns=self.time_ns, subject=self.subject, at_rest=self.at_rest, rows=tuple(self.rows))


Entry: TypeAlias = Record | ObservedRows


class History:
    """All records of a run, in the order written. `torn` quotes the incomplete last line, if any."""

    def __init__(self, records: Iterable[Entry] = (), torn: str = "", interning: Interning | None = None) -> None:
        """`interning` shares equal values among records."""
        self.torn = torn
        self._interning = interning
        self._operations: list[Invoke | Operation] = []
        self._others: list[Fault | Event | Stage | ObservedRows] = []
        # The order of records: 2n for the n-th operation's invoke, 2n+1 for its completion, -1-n for the n-th other record.
        self._order = array("q")
        self._malformed = ""
        self._span = (0, 0)
        self._take(records)

    def _take(self, records: Iterable[Entry]) -> None:
        places: dict[int, int] = {}
        first = last = 0
        for record in records:
            last = record.time_ns
            first = first if self._order else last
            if isinstance(record, Invoke):
                self._begun(record, places)
            elif isinstance(record, Completion):
                self._ended(record, places)
            else:
                kept = _observed(record) if isinstance(record, Observation) else record
                self._others.append(kept)
                self._order.append(-len(self._others))
        self._span = (first, last)
        self._interning = None

    def _begun(self, invoke: Invoke, places: dict[int, int]) -> None:
        if invoke.id in places:
            self._malformed = self._malformed or f"operation {invoke.id} was invoked twice"
        places[invoke.id] = len(self._operations)
        self._order.append(2 * len(self._operations))
        self._operations.append(invoke)

    def _ended(self, completion: Completion, places: dict[int, int]) -> None:
        place = places.get(completion.id)
        begun = None if place is None else self._operations[place]
        if place is None or not isinstance(begun, Invoke):
            how = "without having been invoked" if place is None else "twice"
            self._malformed = self._malformed or f"operation {completion.id} ended {how}"
            return
        self._order.append(2 * place + 1)
        self._operations[place] = _ended(begun, completion, self._interning)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, by time of invocation. Raises MalformedHistoryError."""
        if self._malformed:
            raise MalformedHistoryError(self._malformed)
        return tuple(_cut_short(each) if isinstance(each, Invoke) else each for each in self._operations)

    @cached_property
    def _by_name(self) -> dict[str, list[Operation]]:
        index: dict[str, list[Operation]] = {}
        for operation in self.operations:
            index.setdefault(operation.name, []).append(operation)
        return index

    def named(self, *names: str) -> Sequence[Operation]:
        """The operations with one of these names, by time of invocation."""
        wanted = frozenset(names) & self._by_name.keys()
        if len(wanted) == len(self._by_name):
            return self.operations
        if len(wanted) == 1:
            return tuple(self._by_name[next(iter(wanted))])
        return tuple(operation for operation in self.operations if operation.name in wanted)

    def observed(self, subject: str) -> Sequence[Row]:
        """The rows of the latest observation of a subject. Raises NotObservedError."""
        return self._look(subject).rows

    def observed_at_ns(self, subject: str) -> int:
        """Time of that observation. Raises NotObservedError."""
        return self._look(subject).time_ns

    def at_rest(self, subject: str) -> bool:
        """Whether the system had come to rest by then. Raises NotObservedError."""
        return self._look(subject).at_rest

    @property
    def observations(self) -> tuple[ObservedRows, ...]:
        """Every observation, in the order written."""
        return tuple(each for each in self._others if isinstance(each, ObservedRows))

    def _look(self, subject: str) -> ObservedRows:
        for record in reversed(self._others):
            if isinstance(record, ObservedRows) and record.subject == subject:
                return record
        raise NotObservedError(f"{subject} was never observed in this run")

    @property
    def records(self) -> tuple[Record, ...]:
        """All records as written. Rebuilt at each call: not for long histories."""
        return tuple(self._written())

    def _written(self) -> Iterator[Record]:
        for place in self._order:
            if place < 0:
                other = self._others[-1 - place]
                yield other.record() if isinstance(other, ObservedRows) else other
                continue
            operation = self._operations[place // 2]
            if isinstance(operation, Invoke):
                yield operation
            else:
                yield _completion(operation) if place % 2 else _invoke(operation)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The records of faults, in order."""
        return tuple(record for record in self._others if isinstance(record, Fault))

    @property
    def events(self) -> tuple[Event, ...]:
        """The events, in order."""
        return tuple(record for record in self._others if isinstance(record, Event))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The records of stages, in order."""
        return tuple(record for record in self._others if isinstance(record, Stage))

    @property
    def span_ns(self) -> tuple[int, int]:
        """Times of the first and the last record; (0, 0) for an empty history."""
        return self._span

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and (self.torn, self.records) == (other.torn, other.records)

    __hash__ = None  # type: ignore[assignment]  # as long as it is, nobody wants its hash


def _ended(invoke: Invoke, completion: Completion, interning: Interning | None) -> Operation:
    row = interning.row if interning else _itself
    return Operation(
        id=invoke.id,
        process=invoke.process,
        name=invoke.operation,
        input=row(invoke.input),
        invoked_ns=invoke.time_ns,
        completed_ns=completion.time_ns,
        ending=Ending(completion.type),
        output=row(completion.output),
        status=completion.status,
        error=completion.error,
        exchange=completion.exchange,
    )


def _observed(record: Observation) -> ObservedRows:
    return ObservedRows(record.time_ns, record.subject, record.rows, record.at_rest)


def _itself(value: T) -> T:
    return value


def _cut_short(invoke: Invoke) -> Operation:
    return Operation(
        id=invoke.id,
        process=invoke.process,
        name=invoke.operation,
        input=invoke.input,
        invoked_ns=invoke.time_ns,
        error="never ended",
    )


def _invoke(operation: Operation) -> Invoke:
    return Invoke(
        time_ns=operation.invoked_ns,
        id=operation.id,
        process=operation.process,
        operation=operation.name,
        input=operation.input,
    )


def _completion(operation: Operation) -> Completion:
    return Completion(
        time_ns=operation.completed_ns or 0,
        id=operation.id,
        process=operation.process,
        operation=operation.name,
        output=operation.output,
        status=operation.status,
        error=operation.error,
        exchange=operation.exchange,
        type=operation.ending,
    )
