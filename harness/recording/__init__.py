"""Transports that write every request as an operation of the history: httpx and grpc.aio, knowing no system.

`operation(...)` declares which operation the requests of a block are; `http.recorded_client` and `grpc.recorded_channel`
make clients whose requests are on record before they leave and whose answers are on record before the caller has them. Which
answer is definite is decided by the tables of `harness.history.outcomes`, nowhere else.
"""

from harness.recording.exchange import WANTED
from harness.recording.operation import Declared, NotRecordedError, Undeclared, operation

__all__ = ["WANTED", "Declared", "NotRecordedError", "Undeclared", "operation"]
