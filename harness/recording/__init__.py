"""Transports for httpx and grpc.aio that record every request as an operation of the history, for any system.

`operation(...)` declares which operation the requests of a block are; `http.recorded_client` and `grpc.recorded_channel`
make clients whose requests are recorded before they are sent, and whose answers before the caller has them. Only the tables of
`harness.history.outcomes` decide which answer is definite.
"""

from harness.recording.exchange import WANTED
from harness.recording.operation import Declared, NotRecordedError, Undeclared, operation

__all__ = ["WANTED", "Declared", "NotRecordedError", "Undeclared", "operation"]
