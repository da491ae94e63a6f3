"""What happened in a run: every client operation, fault and observation, as one file that can be judged again.

A history is evidence, so nothing is ever dropped from it: an operation whose outcome nobody learned stays as
`info`, and a line that a crash tore in half is reported, not skipped silently. Judges import this package and need
no I/O of their own.
"""

from harness.history.endings import of_error, of_status
from harness.history.garbage import nothing_collected
from harness.history.history import History, MalformedHistoryError, NotObservedError, Operation
from harness.history.packed import PackedRows
from harness.history.reader import CorruptHistoryError, read
from harness.history.recorder import Call, Recorder
from harness.history.records import Completion, Ending, Event, Fault, FaultPhase, Invoke, Observation, Record, Row, Stage
from harness.history.writer import Writer

__all__ = [
    "Call",
    "Completion",
    "CorruptHistoryError",
    "Ending",
    "Event",
    "Fault",
    "FaultPhase",
    "History",
    "Invoke",
    "MalformedHistoryError",
    "NotObservedError",
    "Observation",
    "Operation",
    "PackedRows",
    "Record",
    "Recorder",
    "Row",
    "Stage",
    "Writer",
    "nothing_collected",
    "of_error",
    "of_status",
    "read",
]
