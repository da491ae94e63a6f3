"""A candidate that was caught becomes a known mutant, with what was seen; one that only tests caught, or nobody, stays."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.mutants import load
from harness.proof.source.cells import Cell, Cells, Seen
from harness.proof.source.learning import learn, with_further_guarantees, with_what_was_seen
from harness.proof.source.matrix import by_hand
from harness.proof.source.subject import SourceProof

FILE = """
about = "It forgets."
experiment = "sale"
guarantee = "kept"
seed = 1

[[edits]]  # the seed of it
file = "store.py"
find = "seed = 1"
replace = "seed = 2"
"""
CELL = Cell(mutant="forgets", text="", detector="experiment flood", seed=7, seen=Seen.CAUGHT, by=("told", "kept"))


def test_the_file_says_what_was_seen() -> None:
    text = with_what_was_seen(FILE, CELL)
    read = tomllib.loads(text)
    assert (read["experiment"], read["guarantee"], read["also"], read["seed"]) == ("flood", "kept", ["told"], 7)
    assert text[text.index("[[edits]]") :] == FILE[FILE.index("[[edits]]") :]


def test_a_guarantee_that_held_is_not_named() -> None:
    read = tomllib.loads(with_what_was_seen(FILE, replace(CELL, detector="fuzz model 20", by=("told",))))
    assert (read["fuzz"], read["guarantee"]) == ("model", "told")
    assert {"experiment", "also"} & read.keys() == set()


def test_a_contract_has_no_seed() -> None:
    read = tomllib.loads(with_what_was_seen(FILE, replace(CELL, detector="contracts tables", by=("gone", "kept"))))
    assert (read["contracts"], read["guarantee"], {"seed", "also"} & read.keys()) == ("tables", "kept", set())


@pytest.mark.parametrize(
    ("cell", "moved"),
    [(CELL, True), (replace(CELL, detector="tests a.py"), False), (replace(CELL, seen=Seen.SURVIVED), False)],
)
def test_what_was_caught_is_moved(tmp_path: Path, cell: Cell, moved: bool) -> None:
    for folder in ("system", "candidates", "known"):
        (tmp_path / folder).mkdir()
    (tmp_path / "system" / "store.py").write_text("seed = 1\n")
    (tmp_path / "candidates" / "forgets.toml").write_text(FILE)
    none = tmp_path / "none.toml"
    proof = SourceProof(
        name="s", topology=tmp_path / "system" / "services.toml", files=(), left_out=(), claims=none, explained=none,
        candidates=tmp_path / "candidates", known=tmp_path / "known",
    )  # fmt: skip
    mutants = [*by_hand(load(proof.candidates), proof)]
    cells = Cells(tmp_path / "cells.jsonl")
    cells.add(replace(cell, text=mutants[0].text))
    assert learn(proof, mutants, cells) == (["forgets"] if moved else [])
    assert [len(load(folder)) for folder in (proof.candidates, proof.known)] == ([0, 1] if moved else [1, 0])


def test_a_known_mutant_gets_what_else_failed() -> None:
    known = with_what_was_seen(FILE, CELL)
    again = with_further_guarantees(known, replace(CELL, by=("lost", "kept")))
    assert tomllib.loads(again) == {**tomllib.loads(known), "also": ["told", "lost"]}
    assert with_further_guarantees(again, replace(CELL, by=("kept",))) == again
    assert with_further_guarantees(again, replace(CELL, by=("another",))) == again
