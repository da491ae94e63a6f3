"""Whose namespace is whose, with files only."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.stack.namespaces.slots import Made, NoneFree, Slot, take

TAKING = """
import sys
from pathlib import Path
from harness.stack.namespaces.slots import take

slot = take(Path(sys.argv[1]), 9, lambda slot: None)
slot.note(("mysql", "order"))
slot.note(("cache", ""))
print(slot.number, flush=True)
sys.stdin.read()
"""


class Cleared(list[tuple[int, list[Made]]]):
    """What was cleared."""

    def __call__(self, slot: Slot) -> None:
        self.append((slot.number, list(slot.made)))


def nothing(slot: Slot) -> None:
    raise AssertionError(f"{slot.number} was not to be cleared")


def test_nobody_is_given_what_somebody_has(tmp_path: Path) -> None:
    slots = [take(tmp_path, 3, nothing) for _ in range(3)]
    assert [slot.number for slot in slots] == [1, 2, 3]
    with pytest.raises(NoneFree, match="all 3 namespaces"):
        take(tmp_path, 3, nothing)
    slots[1].free()
    assert take(tmp_path, 3, nothing).number == 2


def test_what_was_dropped_in_an_orderly_way_is_not_cleared_again(tmp_path: Path) -> None:
    slot = take(tmp_path, 3, nothing)
    slot.note(("mysql", "order"))
    slot.forget()
    slot.free()
    again = take(tmp_path, 3, nothing)
    assert (again.number, again.made) == (1, [])


def test_what_is_known_to_be_there_is_cleared_before_the_next_one_is_given(tmp_path: Path) -> None:
    first, second = take(tmp_path, 3, nothing), take(tmp_path, 3, nothing)
    second.note(("mysql", "order"))
    second.note(("mysql", "order"))
    second.note(("cache", ""))
    second.free()
    cleared = Cleared()
    assert take(tmp_path, 3, cleared).number == 2
    assert cleared == [(2, [("mysql", "order"), ("cache", "")])]
    first.free()


def test_what_cannot_be_cleared_stays_to_be_cleared(tmp_path: Path) -> None:
    slot = take(tmp_path, 3, nothing)
    slot.note(("mysql", "order"))
    slot.free()

    def fail(_slot: Slot) -> None:
        raise ConnectionError("no server")

    with pytest.raises(ConnectionError):
        take(tmp_path, 3, fail)
    cleared = Cleared()
    assert take(tmp_path, 3, cleared).number == 1
    assert cleared == [(1, [("mysql", "order")])]


def test_a_killed_process_has_nothing_a_living_one_keeps_what_it_has(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", TAKING, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        assert take(tmp_path, 9, nothing).number == 2
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        cleared = Cleared()
        assert take(tmp_path, 9, cleared).number == 1
        assert cleared == [(1, [("mysql", "order"), ("cache", "")])]
    finally:
        process.kill()
        process.communicate()
