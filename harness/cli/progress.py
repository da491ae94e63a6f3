"""Show a stack starting and stopping: a live display on a terminal, one line per step elsewhere."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from harness.stack.events import Phase, Progress, StackEvent

_DONE = (Phase.READY, Phase.STOPPED)
_BUSY = (Phase.STARTING, Phase.STOPPING)


def line(event: StackEvent) -> str:
    """An event as one line without newline; "" for one that is not shown."""
    if event.phase in _DONE:
        return f"{event.name} {event.phase} after {event.seconds:.1f} s"
    if event.phase is Phase.FAILED:
        return f"{event.name} failed after {event.seconds:.1f} s"
    if event.phase is Phase.NOTE:
        return f"{event.name}: {event.detail}"
    return ""


def encode(event: StackEvent) -> str:
    """An event as one line of JSON, for another process."""
    return json.dumps(asdict(event)) + "\n"


def decode(text: str) -> StackEvent:
    """Read a line of `encode`."""
    data = json.loads(text)
    return StackEvent(Phase(data["phase"]), data["name"], data["seconds"], data["detail"])


@contextmanager
def shown(console: Console) -> Iterator[Progress]:
    """A Progress that shows events on `console` until the block ends."""
    if not console.is_terminal:
        yield lambda event: console.print(line(event), markup=False) if line(event) else None
        return
    picture = _Picture()
    with Live(picture.draw(), console=console, refresh_per_second=12, transient=True) as live:

        def show(event: StackEvent) -> None:
            if text := line(event):
                live.console.print(_mark(event), text, markup=False)
            picture.add(event)
            live.update(picture.draw(), refresh=True)

        yield show


class _Picture:
    """The running steps; finished ones are printed above as lines."""

    def __init__(self) -> None:
        self._busy: dict[str, Spinner] = {}

    def add(self, event: StackEvent) -> None:
        if event.phase in _BUSY:
            self._busy[event.name] = Spinner("dots", Text(f"{event.phase} {event.name}"))
        else:
            self._busy.pop(event.name, None)

    def draw(self) -> Group:
        return Group(*self._busy.values())


def _mark(event: StackEvent) -> Text:
    if event.phase is Phase.FAILED:
        return Text("✗", style="red")
    return Text("•" if event.phase is Phase.NOTE else "✓", style="green")
