import json
import os
from pathlib import Path

import pytest

from harness.pytest_plugin.retention import PREFIX, claim, sweep


@pytest.fixture
def make(tmp_path: Path) -> "Make":
    return Make(tmp_path)


class Make:
    """Makes folders of runs, each older than the next."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent

    def __call__(self, name: str, owner: str | None) -> None:
        folder = self.parent / f"{PREFIX}{name}"
        folder.mkdir()
        if owner is not None:
            (folder / "owner.json").write_text(owner)
            age = len(list(self.parent.iterdir()))
            os.utime(folder / "owner.json", (age, age))

    @property
    def left(self) -> list[str]:
        return sorted(path.name.removeprefix(PREFIX) for path in self.parent.iterdir())


DEAD = json.dumps({"pid": 2**22 + 1, "started": 1.0})


def test_the_newest_runs_that_are_over_stay(make: Make) -> None:
    for name in ("d", "c", "b", "a"):
        make(name, DEAD)
    sweep(make.parent, keep=2)
    assert make.left == ["a", "b"]
    sweep(make.parent, keep=2)
    assert make.left == ["a", "b"]


def test_what_belongs_to_somebody_is_not_touched(make: Make) -> None:
    make("alive", None)
    claim(make.parent / f"{PREFIX}alive", os.getpid())
    make("nobody's", None)
    make("garbled", "{")
    make("over", DEAD)
    sweep(make.parent, keep=0)
    assert make.left == ["alive", "garbled", "nobody's"]


def test_nothing_is_written_down_of_an_owner_that_has_ended(make: Make) -> None:
    make("mine", None)
    claim(make.parent / f"{PREFIX}mine", 2**22 + 1)
    assert list((make.parent / f"{PREFIX}mine").iterdir()) == []
