"""Streams records to a JSONL file so that the file can be judged after a crash.

Every record is one line. What has been handed to the operating system survives `kill -9` of this process (not a crash of the
machine); at most the line being written is incomplete. `Flush` decides when that is:

- `EACH`, the default and the experiment engine's: before `write` returns. Nothing that was written is lost.
- `INVOKES`: an invoke, and all that was written before it, before `write` returns; other records within 64 records or 50 ms.
  `kill -9` loses at most those: operations that had ended then count as unknown, and no request that left is missing.
- `BUFFERED`: everything within 1024 records or 100 ms. `kill -9` loses at most those, invokes included: requests that left
  may be missing. For load whose single operations are not judged.

Closing flushes, and so do the end of the interpreter and the signals given to `flush_on`.
"""

import atexit
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from harness.history.records import RECORD, Invoke, Record


@dataclass(frozen=True, kw_only=True)
class Flush:
    """Buffered records go to the operating system when there are so many, or when the oldest waited so many seconds.

    With `invokes_first` an invoke, and all that was written before it, is flushed at once.
    """

    records: int
    seconds: float
    invokes_first: bool = True


EACH = Flush(records=1, seconds=0.0)
INVOKES = Flush(records=64, seconds=0.05)
BUFFERED = Flush(records=1024, seconds=0.1, invokes_first=False)


class Writer:
    """An open history file, for any number of threads. Creates the file, refuses one that exists (FileExistsError)."""

    def __init__(self, path: Path, flush: Flush = EACH) -> None:
        self.path = path
        self._flush = flush
        self._file = path.open("xb", buffering=0)
        self._pending: list[bytes] = []
        self._lock = threading.RLock()
        self._owner = 0
        self._signal: tuple[int, FrameType | None] | None = None
        self._handlers: dict[int, Any] = {}
        self._waiting, self._closed = threading.Event(), threading.Event()
        if flush.records > 1:
            threading.Thread(target=self._flush_in_time, name=f"flush {path.name}", daemon=True).start()
            atexit.register(self.close)

    def write(self, record: Record) -> None:
        """Append one record. Raises ValueError once closed, OSError."""
        line = RECORD.dump_json(record) + b"\n"
        with self._alone():
            if self._file.closed:
                raise ValueError(f"{self.path} is closed")
            self._pending.append(line)
            if len(self._pending) >= self._flush.records or (self._flush.invokes_first and isinstance(record, Invoke)):
                self._hand_over()
            else:
                self._waiting.set()

    def flush(self) -> None:
        """Write the buffer to the operating system. Raises OSError."""
        with self._alone():
            self._hand_over()

    def flush_on(self, *signals: int) -> None:
        """Flush on these signals, then call their previous handler. Only in the main thread (ValueError)."""
        for number in signals:
            self._handlers[number] = signal.signal(number, self._signalled)

    def close(self) -> None:
        """Flush and close the file; idempotent."""
        with self._alone():
            if not self._file.closed:
                self._hand_over()
                self._file.close()
        self._closed.set()
        self._waiting.set()
        atexit.unregister(self.close)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock against other threads, and defer the flush of a signal in this one."""
        with self._lock:
            before, self._owner = self._owner, threading.get_ident()
            try:
                yield
            finally:
                self._owner = before
        if not before and self._signal is not None:
            self._signalled(*self._signal)

    def _hand_over(self) -> None:
        left = memoryview(b"".join(self._pending))
        self._pending.clear()
        while left:
            left = left[self._file.write(left) :]

    def _flush_in_time(self) -> None:
        while not self._closed.is_set():
            self._waiting.wait()
            self._waiting.clear()
            self._closed.wait(self._flush.seconds)
            self.flush()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._owner == threading.get_ident():
            self._signal = (number, frame)
            return
        self._signal = None
        self.flush()
        before = self._handlers[number]
        if callable(before):
            before(number, frame)
        elif before != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
