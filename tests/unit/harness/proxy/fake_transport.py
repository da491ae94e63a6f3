"""A socket that is not there: remembers what was done to it."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any


class FakeSocket:
    def __init__(self) -> None:
        self.calls: list[str] = []

    @contextlib.contextmanager
    def dup(self) -> Iterator["FakeSocket"]:
        yield self

    def shutdown(self, how: int) -> None:
        self.calls.append("fin")

    def setsockopt(self, *_: object) -> None:
        self.calls.append("no linger")


class FakeTransport(asyncio.Transport):
    """`calls` in order; what is written stays in the buffer when `stuck`."""

    def __init__(self) -> None:
        super().__init__()
        self.socket = FakeSocket()
        self.calls = self.socket.calls
        self.written = b""
        self._reading = True
        self.stuck = False
        self.unsent = 0
        self.closing = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.socket

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def write(self, data: Any) -> None:
        assert not self.closing, "written to after it was closed"
        self.written += data
        self.unsent += len(data) if self.stuck else 0

    def is_closing(self) -> bool:
        return self.closing

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True

    def close(self) -> None:
        self.closing = True
        self.calls.append("close")

    def abort(self) -> None:
        self.closing = True
        self.calls.append("abort")
