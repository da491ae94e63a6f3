"""The history of a run: every client operation, fault, event and observation, as files that can be judged again.

A history is evidence, so nothing is ever dropped from it: an operation with an unknown outcome stays as
`info`, and an incomplete last line is reported. Judges import this package and need no I/O of their own.
"""

from harness.history.compressed import CompressedRows
from harness.history.history import History, MalformedHistoryError, NotObservedError, Operation
from harness.history.lag import CLIENT_STALLED, CLIENTS_LATE, ON_TIME, ClientLag, Lag
from harness.history.memory import collector_paused
from harness.history.outcomes import of_error, of_grpc, of_status
from harness.history.parts import part
from harness.history.probes import IN_A_ROW, PROBE, PROBE_READY, PROBED, Attempt, attempts, last_heal_ns
from harness.history.reader import CorruptHistoryError, read, read_run
from harness.history.recorder import Call, Recorder
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
from harness.history.rows import row_of
from harness.history.writer import BUFFERED, EACH, INVOKES, Flush, Writer

__all__ = [
    "BUFFERED",
    "CLIENTS_LATE",
    "CLIENT_STALLED",
    "EACH",
    "INVOKES",
    "IN_A_ROW",
    "ON_TIME",
    "PROBE",
    "PROBED",
    "PROBE_READY",
    "Attempt",
    "Call",
    "ClientLag",
    "Completion",
    "CompressedRows",
    "CorruptHistoryError",
    "Ending",
    "Event",
    "Exchange",
    "Fault",
    "FaultPhase",
    "Flush",
    "History",
    "Invoke",
    "Lag",
    "MalformedHistoryError",
    "NotObservedError",
    "Observation",
    "Operation",
    "Record",
    "Recorder",
    "Row",
    "Stage",
    "Writer",
    "attempts",
    "collector_paused",
    "last_heal_ns",
    "of_error",
    "of_grpc",
    "of_status",
    "part",
    "read",
    "read_run",
    "row_of",
]
