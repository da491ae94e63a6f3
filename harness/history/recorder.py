"""Records operations, faults, events and observations while they happen.

The invoke is written before the request is sent, so that a crash can lose an answer but never a request. Listeners
get every record right after it was written: triggers of faults depend on this. Safe to use from several
threads.
"""

import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol, Self, TypeVar

from harness.faults.spec import FaultSpec
from harness.history.outcomes import of_error, of_status
from harness.history.records import (
    Completion,
    Ending,
    Event,
    Exchange,
    Fault,
    FaultPhase,
    Invoke,
    Observation,
    Record,
    Row,
    Stage,
)

R = TypeVar("R", bound=Record)


class Sink(Protocol):
    """Takes records, e.g. a Writer."""

    def write(self, record: Record) -> None:
        """Keep one record."""


class Call:
    """An operation under way. As a context manager it records a missing ending as unknown, and an exception as an error."""

    def __init__(self, recorder: "Recorder", invoke: Invoke) -> None:
        self._recorder = recorder
        self._invoke = invoke
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether its completion is on record."""
        return self._ended

    def answered(self, status: int, output: Row, *, exchange: Exchange | None = None) -> Ending:
        """End it with an HTTP answer; the status decides how."""
        ending = of_status(status)
        self.end(ending, output=output, status=status, exchange=exchange)
        return ending

    def errored(self, error: BaseException, *, exchange: Exchange | None = None) -> Ending:
        """End it with an error in place of an answer; the kind of error decides how."""
        ending = of_error(error)
        self.end(ending, error=f"{type(error).__name__}: {error}".rstrip(": "), exchange=exchange)
        return ending

    def end(
        self,
        ending: Ending,
        *,
        output: Row | None = None,
        status: int | None = None,
        error: str = "",
        exchange: Exchange | None = None,
    ) -> None:
        """End it. Raises RuntimeError the second time."""
        if self._ended:
            raise RuntimeError(f"operation {self._invoke.id} ({self._invoke.operation}) was ended twice")
        self._ended = True
        self._recorder.record(
            lambda now: Completion(
                time_ns=now,
                id=self._invoke.id,
                process=self._invoke.process,
                operation=self._invoke.operation,
                type=ending,
                output=output or {},
                status=status,
                error=error,
                exchange=exchange,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._ended:
            return
        if error is None:
            self.end(Ending.INFO, error="left without an ending")
        else:
            self.errored(error)


class Recorder:
    """Gives records their time and id, writes them to the sink and calls the listeners."""

    def __init__(self, sink: Sink, clock: Callable[[], int] = time.monotonic_ns, first_id: int = 1) -> None:
        """Operations are numbered from `first_id`."""
        self._sink = sink
        self._clock = clock
        self._lock = threading.RLock()
        self._next_id = first_id
        self._listeners: list[Callable[[Record], None]] = []

    def listen(self, listener: Callable[[Record], None]) -> None:
        """Call `listener` with every record from now on; it must be quick and must not raise."""
        self._listeners.append(listener)

    def invoke(self, process: str, operation: str, input: Row | None = None) -> Call:  # noqa: A002 - the field's word
        """Record the invoke of an operation of the client `process`."""
        with self._lock:
            number, self._next_id = self._next_id, self._next_id + 1
            invoke = self.record(
                lambda now: Invoke(time_ns=now, id=number, process=process, operation=operation, input=input or {})
            )
        return Call(self, invoke)

    def fault(
        self,
        fault: str,
        target: str,
        phase: FaultPhase,
        *,
        proven: bool | None = None,
        detail: str = "",
        spec: FaultSpec | None = None,
        hit: tuple[str, ...] = (),
    ) -> Fault:
        """Record a phase of a fault."""
        return self.record(
            lambda now: Fault(
                time_ns=now, fault=fault, target=target, phase=phase, proven=proven, detail=detail, spec=spec, hit=hit
            )
        )

    def event(self, event: str, subject: str = "", detail: Row | None = None) -> None:
        """Record an event in the system."""
        self.record(lambda now: Event(time_ns=now, event=event, subject=subject, detail=detail or {}))

    def observe(self, subject: str, rows: Iterable[Row], *, at_rest: bool = True) -> None:
        """Record rows of a database or a ledger, and whether the system was at rest."""
        kept = tuple(rows)
        self.record(lambda now: Observation(time_ns=now, subject=subject, at_rest=at_rest, rows=kept))

    def begin(self, stage: str) -> None:
        """Record that a stage of the run began."""
        self.record(lambda now: Stage(time_ns=now, stage=stage, state="begin"))

    def finish(self, stage: str, *, failure: str = "") -> None:
        """Record that a stage of the run is over, and why it failed if it did."""
        self.record(lambda now: Stage(time_ns=now, stage=stage, state="fail" if failure else "end", detail=failure))

    def record(self, make: Callable[[int], R]) -> R:
        """Make a record with the present time and keep it. Raises what the sink raises."""
        with self._lock:
            record = make(self._clock())
            self._sink.write(record)
            for listener in self._listeners:
                listener(record)
        return record
