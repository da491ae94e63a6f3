"""As much of a stack as a system asks of it, without any server."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.experiment import Choices, Context, RunProgress
from harness.history import Record, Recorder
from harness.seed import Seed
from harness.stack.events import Phase, StackEvent
from harness.stack.topology import Role


class Sink:
    """Keeps what is recorded."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)


class FakeStack:
    """`hold` keeps a start from ending; `failure` is what it raises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hold = threading.Event()
        self.hold.set()
        self.begun = threading.Event()
        self.failure: Exception | None = None
        self.story: list[str] = []
        self.proxy_url: str | None = None
        self.manifest = SimpleNamespace(provider="native", mysql={}, settings={"order": {"TTL_S": "2"}})
        log = folder / "order-1.log"
        log.write_text("the last words of order-1\n")
        self.members = [
            SimpleNamespace(name=name, service=name.rpartition("-")[0], role=Role.SERVICE, kind="", log=log, alive=True, pid=1)
            for name in ("order-1", "order-2", "user-1")
        ]

    def start(self, progress: Callable[[StackEvent], None]) -> None:
        self.story.append("starting")
        self.begun.set()
        progress(StackEvent(Phase.READY, "order-1"))
        self.hold.wait(10)
        if self.failure:
            raise self.failure
        self.story.append("started")

    def stop(self) -> None:
        self.story.append("stopped")

    def instances(self, service: str | None = None) -> list[Any]:
        return [each for each in self.members if service in (None, each.service)]

    def edges(self) -> tuple[str, ...]:
        return ()


def context(folder: Path, notes: list[str] | None = None, choices: Choices | None = None, sink: Sink | None = None) -> Context:
    """A run's, of the running event loop."""
    note = (lambda _text: None) if notes is None else notes.append
    return Context(Seed(1), Recorder(sink or Sink()), RunProgress(), folder, note, choices or Choices())
