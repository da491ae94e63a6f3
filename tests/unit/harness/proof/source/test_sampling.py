"""Mutations are drawn by the seed, kinds and files in turn."""

from collections import Counter
from pathlib import Path

import pytest

from harness.proof.source.sampling import of_folder, sample
from harness.seed import Seed

TEXT = "if a < 1:\n    b = a and 2\n    raise E\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two", "left"):
        (tmp_path / f"{name}.py").write_text(TEXT)
    return tmp_path


def test_the_same_seed_draws_the_same(folder: Path) -> None:
    found = of_folder(folder, ["*.py"], ["left.py"])
    drawn = sample(found, 6, Seed(3), folder)
    assert drawn == sample(found, 6, Seed(3), folder)
    assert drawn != sample(found, 6, Seed(4), folder)
    assert {each.file for each in drawn} == {"one.py", "two.py"}


def test_kinds_and_files_come_in_turn(folder: Path) -> None:
    drawn = sample(of_folder(folder, ["*.py"]), 6, Seed(1), folder)
    assert max(Counter(each.kind for each in drawn).values()) == 2
    assert Counter(each.file for each in drawn) == {"one.py": 2, "two.py": 2, "left.py": 2}


def test_there_are_no_more_than_there_are(folder: Path) -> None:
    found = of_folder(folder, ["one.py"])
    assert len(sample(found, 10**6, Seed(1), folder)) == len(found)
