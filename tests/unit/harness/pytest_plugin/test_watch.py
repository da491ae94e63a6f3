from pathlib import Path

import pytest

from harness.pytest_plugin.watch import Seen, Watch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path


def write(folder: Path, member: str, text: str) -> None:
    with (folder / "logs" / f"{member}.log").open("a") as log:
        log.write(text)


def test_only_what_was_written_since_the_test_began_counts(folder: Path) -> None:
    watch = Watch()
    write(folder, "order-1", "ERROR while starting\n")
    watch.add(Seen(folder, "native"))
    assert watch.warnings(folder) == {}
    write(folder, "order-1", "ERROR in the first test\n")
    assert watch.warnings(folder) == {"order-1": ["ERROR in the first test"]}
    watch.begin()
    assert watch.warnings(folder) == {}
    write(folder, "order-1", "quiet\n")
    write(folder, "order-2", "a log that is new\nERROR in the second test\n")
    assert watch.warnings(folder) == {"order-2": ["a log that is new", "ERROR in the second test"]}


def test_of_a_flood_only_the_end_is_read(folder: Path) -> None:
    watch = Watch()
    watch.add(Seen(folder, "native"))
    write(folder, "order-1", "ERROR long ago\n" + "x" * 300_000 + "\n")
    assert watch.warnings(folder) == {}


def test_stacks_are_told_apart_and_one_that_has_gone_is_no_obstacle(folder: Path) -> None:
    watch = Watch()
    here, gone = Seen(folder, "native"), Seen(folder / "gone", "docker")
    watch.add(here)
    watch.add(gone)
    watch.begin()
    assert watch.warnings(gone.folder) == {}
    assert (watch.of(folder), watch.of(gone.folder), watch.of(folder / "other")) == (here, gone, None)
    assert watch.newest is gone
