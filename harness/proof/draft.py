"""A history that can be changed: operations, rows observed at rest, faults and events as lists.

Records are immutable and shared between drafts; a change replaces one. So a copy is cheap, and a legal history can be corrupted
a hundred times.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.history import Completion, Event, Fault, History, Invoke, Observation, Operation, Record, Row, Stage


@dataclass
class Draft:
    """`rows` has the latest observation of each subject, made at `observed_ns`; `at_rest` is true of all of them."""

    operations: list[Operation] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    observed_ns: int = 0
    at_rest: bool = True

    @classmethod
    def of(cls, history: History) -> "Draft":
        """A draft of a history, e.g. of a saved run. Raises MalformedHistoryError."""
        observed = [record for record in history.records if isinstance(record, Observation)]
        return cls(
            operations=list(history.operations),
            rows={record.subject: list(record.rows) for record in observed},
            faults=list(history.faults),
            events=list(history.events),
            stages=list(history.stages),
            observed_ns=max((record.time_ns for record in observed), default=history.span_ns[1]),
            at_rest=all(record.at_rest for record in observed),
        )

    def copy(self) -> "Draft":
        """An independent draft of the same records."""
        return Draft(
            list(self.operations),
            {subject: list(rows) for subject, rows in self.rows.items()},
            list(self.faults),
            list(self.events),
            list(self.stages),
            self.observed_ns,
            self.at_rest,
        )

    @property
    def next_id(self) -> int:
        """An id that no operation has."""
        return max((operation.id for operation in self.operations), default=0) + 1

    def history(self) -> History:
        """The history, its records in the order of time."""
        end_ns = self.observed_ns
        observations = [
            Observation(time_ns=end_ns, subject=subject, rows=tuple(rows), at_rest=self.at_rest)
            for subject, rows in self.rows.items()
        ]
        return History(sorted([*self._records(), *observations], key=lambda record: record.time_ns))

    def _records(self) -> Iterator[Record]:
        for each in self.operations:
            yield Invoke(time_ns=each.invoked_ns, id=each.id, process=each.process, operation=each.name, input=each.input)
            if each.completed_ns is not None:
                yield Completion(
                    time_ns=each.completed_ns,
                    id=each.id,
                    process=each.process,
                    operation=each.name,
                    output=each.output,
                    status=each.status,
                    error=each.error,
                    exchange=each.exchange,
                    type=each.ending,
                )
        yield from self.faults
        yield from self.events
        yield from self.stages
