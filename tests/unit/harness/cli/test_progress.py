import io

import pytest
from rich.console import Console

from harness.cli.progress import decode, encode, line, shown
from harness.stack.events import Phase, StackEvent

EVENTS = [
    (StackEvent(Phase.STARTING, "mysql"), ""),
    (StackEvent(Phase.READY, "mysql", 1.26), "mysql ready after 1.3 s"),
    (StackEvent(Phase.NOTE, "native", detail="installing [redis]"), "native: installing [redis]"),
    (StackEvent(Phase.FAILED, "order-1", 0.5, "long\nstory"), "order-1 failed after 0.5 s"),
    (StackEvent(Phase.STOPPING, "mysql"), ""),
    (StackEvent(Phase.STOPPED, "mysql", 0.04), "mysql stopped after 0.0 s"),
]


@pytest.mark.parametrize(("event", "text"), EVENTS)
def test_an_event_is_a_line_and_survives_the_way_to_another_process(event: StackEvent, text: str) -> None:
    assert line(event) == text
    assert decode(encode(event)) == event
    assert encode(event).count("\n") == 1


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_shown_on_a_terminal_and_elsewhere(terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)
    with shown(console) as progress:
        for event, _ in EVENTS:
            progress(event)
    assert isinstance(console.file, io.StringIO)
    written = console.file.getvalue()
    for _, text in EVENTS:
        assert text in written
    assert ("starting mysql" in written) == terminal
