"""Who is told what becomes of a stack: a person at a terminal, or the process that asked for a detached one."""

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
    """Told about the progress and the end of a start, and about what happens afterwards."""

    def progress(self) -> AbstractContextManager[Progress]:
        """For the time of a start or a stop."""

    def ready(self, stack: StackView) -> None:
        """Everything is ready."""

    def failed(self, error: StackError) -> None:
        """It could not be done."""

    def say(self, text: str) -> None:
        """Something worth a line."""


class TerminalListener(StackListener):
    """Reads stderr; a program may read the JSON on stdout."""

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
    """The process that started us detached: reads events from a pipe until the start has ended, one way or the other."""

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
        """See StackListener; there is nobody but the owner's log."""
        err.print(text, markup=False)

    def _write(self, event: StackEvent) -> None:
        if not self._pipe.closed:
            self._pipe.write(encode(event))
            self._pipe.flush()


def show_endpoints(stack: StackView, *, as_json: bool) -> None:
    """To stdout: for a program or for a person."""
    if as_json:
        out.print(json.dumps(describe(stack), indent=2), markup=False)
    else:
        print_endpoints(stack, out)
