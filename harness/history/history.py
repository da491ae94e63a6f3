"""A history in memory: operations put together from their two lines, and lookups that judges need.

An operation that was invoked and never completed counts as `info`: its client died waiting, the system may still
have acted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from harness.history.records import Completion, Ending, Event, Fault, Invoke, Observation, Record, Row, Stage


class MalformedHistoryError(ValueError):
    """The records do not make a history: a completion without an invoke, a second one, or an id used twice."""


class NotObservedError(LookupError):
    """A judge asked for an observation that the run never made, so it cannot tell."""


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

    @property
    def ok(self) -> bool:
        """Whether it is known to have happened."""
        return self.ending is Ending.OK

    @property
    def unknown(self) -> bool:
        """Whether its caller cannot know if it happened."""
        return self.ending is Ending.INFO

    @property
    def latency_s(self) -> float | None:
        """Seconds from invoke to the end; None when it never ended."""
        return None if self.completed_ns is None else (self.completed_ns - self.invoked_ns) / 1e9


@dataclass(frozen=True)
class History:
    """All records of a run in the order written. `torn` quotes the line a crash tore, if any."""

    records: tuple[Record, ...]
    torn: str = ""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, by time of invocation. Raises MalformedHistoryError."""
        return tuple(_paired(self.records))

    def named(self, *names: str) -> tuple[Operation, ...]:
        """The operations with one of these names."""
        return tuple(operation for operation in self.operations if operation.name in names)

    def observed(self, subject: str) -> tuple[Row, ...]:
        """The rows of the latest observation of a subject. Raises NotObservedError."""
        for record in reversed(self.records):
            if isinstance(record, Observation) and record.subject == subject:
                return record.rows
        raise NotObservedError(f"{subject} was never observed in this run")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What happened to faults, in order."""
        return tuple(record for record in self.records if isinstance(record, Fault))

    @property
    def events(self) -> tuple[Event, ...]:
        """What was seen to happen in the system, in order."""
        return tuple(record for record in self.records if isinstance(record, Event))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The run's way through its stages, in order."""
        return tuple(record for record in self.records if isinstance(record, Stage))

    @property
    def span_ns(self) -> tuple[int, int]:
        """Times of the first and the last record; (0, 0) for an empty history."""
        return (self.records[0].time_ns, self.records[-1].time_ns) if self.records else (0, 0)


def _paired(records: Iterable[Record]) -> Iterable[Operation]:
    invokes: dict[int, Invoke] = {}
    completions: dict[int, Completion] = {}
    for record in records:
        if isinstance(record, Invoke):
            if record.id in invokes:
                raise MalformedHistoryError(f"operation {record.id} was invoked twice")
            invokes[record.id] = record
        elif isinstance(record, Completion):
            if record.id not in invokes:
                raise MalformedHistoryError(f"operation {record.id} ended without having been invoked")
            if record.id in completions:
                raise MalformedHistoryError(f"operation {record.id} ended twice")
            completions[record.id] = record
    return (_operation(invoke, completions.get(invoke.id)) for invoke in invokes.values())


def _operation(invoke: Invoke, completion: Completion | None) -> Operation:
    if completion is None:
        return Operation(
            id=invoke.id,
            process=invoke.process,
            name=invoke.operation,
            input=invoke.input,
            invoked_ns=invoke.time_ns,
            error="never ended",
        )
    return Operation(
        id=invoke.id,
        process=invoke.process,
        name=invoke.operation,
        input=invoke.input,
        invoked_ns=invoke.time_ns,
        completed_ns=completion.time_ns,
        ending=Ending(completion.type),
        output=completion.output,
        status=completion.status,
        error=completion.error,
    )
