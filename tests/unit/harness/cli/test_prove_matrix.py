"""The matrix from the command line: how it stands is shown without running anything, and unknown names are told."""

import json
from pathlib import Path

from typer.testing import CliRunner

from harness.cli.commands import build


def matrix(out: Path, *arguments: str) -> tuple[int, str]:
    command = ("prove", "matrix", *arguments, "--show", "--generated", "0", "--out", str(out))
    result = CliRunner().invoke(build((), lambda _text: None), command)
    return result.exit_code, result.stdout


def test_what_nobody_has_looked_at_is_open(tmp_path: Path) -> None:
    code, said = matrix(tmp_path, "refund_skipped", "--json")
    read = json.loads(said)
    assert (code, read["score"], [row["standing"] for row in read["mutants"]]) == (3, None, ["open"])
    assert (tmp_path / "matrix.html").read_text().startswith("<!doctype html>")


def test_what_one_detector_found_is_kept_for_the_next_command(tmp_path: Path) -> None:
    _, said = matrix(tmp_path, "refund_skipped", "--json")
    assert json.loads(said)["mutants"][0]["cells"] == []
    cell = {"mutant": "refund_skipped", "detector": "experiment saga_crash_during_compensation", "seed": 1, "seen": "caught"}
    text = _text_of("refund_skipped")
    (tmp_path / "cells.jsonl").write_text(json.dumps(cell | {"text": text}) + "\n")
    code, said = matrix(tmp_path, "refund_skipped", "--json")
    assert (code, json.loads(said)["score"]) == (0, 1.0)


def test_a_name_that_there_is_not_is_told(tmp_path: Path) -> None:
    assert matrix(tmp_path, "no_such_bug")[0] == 2


def _text_of(name: str) -> str:
    from harness.proof.source.matrix import by_hand
    from harness.registry import mutants, sources

    (planted,) = by_hand([mutants()[name]], sources()["shop"])
    return planted.text
