"""Receivers of a stack's events: the terminal, or the parent process of a detached owner."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from harness.cli.console import err, out, print_error
from harness.cli.endpoints import describe, print_endpoints
from harness.cli.progress import encode, shown
from harness.stack.errors import StackError
from harness.stack.events import Phase, Progress, StackEvent
from harness.stack.view import StackView

WHOLE = ""  # the name in an event about the stack as a whole


class StackListener(Protocol):
    """Receives the progress and result of a start, and later messages."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Receives events within the block, during a start or a stop."""

    def ready(self, stack: StackView) -> None:
        """The stack is ready."""

    def failed(self, error: StackError) -> None:
        """The start or stop failed."""

    def say(self, text: str) -> None:
        """A message of one line."""


class TerminalListener(StackListener):
    """Writes to stderr, and JSON to stdout when asked."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def progress(self) -> AbstractContextManager[Progress]:
        """See StackListener."""
        return shown(err)

    def ready(self, stack: StackView) -> None:
        """See StackListener."""
        show_endpoints(stack, as_json=self._as_json)
        err.print("ready; Ctrl-C stops everything")

    def failed(self, error: StackError) -> None:
        """See StackListener."""
        print_error(error)

    def say(self, text: str) -> None:
        """See StackListener."""
        err.print(text, markup=False)


class ParentListener(StackListener):
    """Writes events to a pipe that the parent reads until the start has succeeded or failed."""

    def __init__(self, pipe: TextIO) -> None:
        self._pipe = pipe

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """See StackListener."""
        yield self._write

    def ready(self, stack: StackView) -> None:
        """See StackListener."""
        self._write(StackEvent(Phase.READY, WHOLE))
        self._pipe.close()

    def failed(self, error: StackError) -> None:
        """See StackListener."""
        self.say(f"error: {error}")
        self._write(StackEvent(Phase.FAILED, WHOLE, detail=str(error)))

    def say(self, text: str) -> None:
        """See StackListener; written to the owner's log."""
        err.print(text, markup=False)

    def _write(self, event: StackEvent) -> None:
        if not self._pipe.closed:
            self._pipe.write(encode(event))
            self._pipe.flush()


def show_endpoints(stack: StackView, *, as_json: bool) -> None:
    """Print to stdout, as JSON or as a table."""
    if as_json:
        out.print(json.dumps(describe(stack), indent=2), markup=False)
    else:
        print_endpoints(stack, out)
