"""A dataclass with tuples is written as a row without a warning, and read as it was written."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path

from harness.history import Recorder, Writer, read, row_of


@dataclass(frozen=True)
class Vote:
    master: str
    at_ns: tuple[int, ...]


@dataclass(frozen=True)
class Attempt:
    resources: tuple[str, ...]
    votes: tuple[Vote, ...]


def test_tuples_become_lists_at_every_depth(tmp_path: Path) -> None:
    row = row_of(Attempt(("a", "b"), (Vote("m", (1, 2)),)))
    assert row == {"resources": ["a", "b"], "votes": [{"master": "m", "at_ns": [1, 2]}]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Writer(tmp_path / "history.jsonl") as writer:
            Recorder(writer).observe("attempts", [row])
    assert json.loads((tmp_path / "history.jsonl").read_text())["rows"] == [row]
    assert list(read(tmp_path / "history.jsonl").observed("attempts")) == [row]
