"""The operation that a request belongs to: declared by the caller in a block, or else named after the request.

The declaration is a context variable, so it reaches the transport through any client library and no other task.
A block without a request through a recording transport would leave a gap in the history, so it raises NotRecordedError.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from harness.history import Call, Recorder, Row

_CURRENT: ContextVar["Declared | None"] = ContextVar("operation", default=None)

_ID = re.compile(r"[0-9]+|[0-9a-fA-F]{8,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""Segments of a path that are ids: numbers, hexadecimal digits, UUIDs."""


class NotRecordedError(Exception):
    """An operation was declared, and none of its requests passed a recording transport."""


@dataclass
class Declared:
    """An operation of `process`. Each request made under it is one invoke and one completion; `requests` counts them.

    `deadline_s` is how long its caller is willing to wait; None leaves it to the transport's own timeout.
    """

    recorder: Recorder
    process: str
    name: str
    input: Row = field(default_factory=dict)
    deadline_s: float | None = None
    requests: int = 0

    def begin(self) -> Call:
        """Record the invoke of one request."""
        self.requests += 1
        return self.recorder.invoke(self.process, self.name, self.input)


@contextmanager
def operation(
    recorder: Recorder,
    process: str,
    name: str,
    input: Row | None = None,  # noqa: A002 - the field's word
    *,
    deadline_s: float | None = None,
) -> Iterator[Declared]:
    """Requests of this block are `name`, done by the client `process` with the logical `input`; the innermost block counts.

    Raises NotRecordedError when the block ends without an exception and no request was recorded.
    """
    declared = Declared(recorder, process, name, input or {}, deadline_s)
    token = _CURRENT.set(declared)
    try:
        yield declared
    finally:
        _CURRENT.reset(token)
    if not declared.requests:
        raise NotRecordedError(f"{name} of {process} made no request through a recording transport")


def declared_operation() -> Declared | None:
    """The innermost declaration around the caller."""
    return _CURRENT.get()


@dataclass(frozen=True)
class Undeclared:
    """Records requests outside of any declaration as operations of `process`.

    An HTTP request is named by its method and the one of `templates` (e.g. `/orders/{id}`) that its path matches, else by its
    path with numbers, hexadecimal digits and UUIDs replaced by `{id}`; a gRPC call by its full method.
    """

    recorder: Recorder
    process: str
    templates: Sequence[str] = ()

    def http(self, method: str, path: str, input: Row) -> Declared:  # noqa: A002 - the field's word
        """The operation that an HTTP request is."""
        return Declared(self.recorder, self.process, f"{method} {self._template(path)}", {"path": path, **input})

    def grpc(self, method: str, input: Row) -> Declared:  # noqa: A002 - the field's word
        """The operation that a gRPC call is."""
        return Declared(self.recorder, self.process, method.removeprefix("/"), input)

    def _template(self, path: str) -> str:
        for each in self.templates:
            if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(each)), path):
                return each
        return template(path)


def template(path: str) -> str:
    """A path with its ids (numbers, hexadecimal digits, UUIDs) replaced by `{id}`."""
    return "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in path.split("/"))
