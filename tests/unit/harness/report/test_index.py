"""The list of all runs: newest first, whatever state the folders are in, and nothing in it becomes markup."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from harness import report
from harness.experiment import Choices, JudgedRun, RunFolder
from harness.report.index import INDEX, IndexRow, index, index_rows, write_index
from harness.verdict import Outcome, RunVerdict
from tests.unit.harness.report.pictured_run import FACTS, STARTED, concluded, save_pictured
from tests.unit.harness.report.test_page import Seen


def add(parent: Path, name: str, minute: int, verdict: RunVerdict) -> RunFolder:
    facts = replace(FACTS, experiment=name, seed=minute)
    folder = save_pictured(parent, facts=facts)
    folder.save_record(replace(facts, started_at=STARTED + timedelta(minutes=minute)))
    folder.verdict.write_bytes(report.verdict_of(JudgedRun.of(folder, replace(verdict, experiment=name, seed=minute))))
    folder.report.touch()  # a list links to pages, whatever they show
    return folder


def only(parent: Path) -> IndexRow:
    (row,) = index_rows(parent)
    return row


def test_a_run_that_has_to_fail_says_so(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path, facts=replace(FACTS, choices=Choices(mutant="inbox_forgets")))
    report.write(JudgedRun.of(folder, concluded(Outcome.PASS)))
    assert only(tmp_path).said.startswith("with the bug inbox_forgets: ")


def test_newest_first_with_what_was_not_as_promised(tmp_path: Path) -> None:
    add(tmp_path, "old", 1, concluded(Outcome.PASS))
    add(tmp_path, "new", 9, concluded(Outcome.FAIL))
    add(tmp_path, "middle", 5, concluded(Outcome.UNKNOWN, errors=("settle: 3 orders PENDING",)))
    rows = index_rows(tmp_path)
    assert [(row.experiment, row.outcome, row.seed) for row in rows] == [
        ("new", "FAIL", 9),
        ("middle", "UNKNOWN", 5),
        ("old", "PASS", 1),
    ]
    assert rows[0].said.startswith("lock_exclusive_and_fenced: product ")
    assert [row.said for row in rows[1:]] == ["settle: 3 orders PENDING", "5 promises kept"]
    assert rows[0].seconds == pytest.approx(11.3, abs=0.5)


@pytest.mark.parametrize(("unmet", "said"), [(True, "not met: place_order ended ok: 40 seen, 6.7/s; 10 wanted")])
def test_a_vacuous_run_says_what_was_missing(tmp_path: Path, unmet: bool, said: str) -> None:
    add(tmp_path, "e", 1, concluded(Outcome.PASS, unmet=unmet))
    assert (only(tmp_path).outcome, only(tmp_path).said) == ("VACUOUS", said)


def test_a_run_without_a_verdict_is_unfinished(tmp_path: Path) -> None:
    save_pictured(tmp_path, upto="workload")
    row = only(tmp_path)
    assert (row.outcome, row.experiment, row.started_at) == ("UNFINISHED", FACTS.experiment, STARTED)


def broken_verdict(folder: RunFolder) -> None:
    folder.verdict.write_bytes(b'{"experiment": "half')


def other_verdict(folder: RunFolder) -> None:
    folder.verdict.write_bytes(b'{"hello": "world"}')


def no_facts(folder: RunFolder) -> None:
    folder.verdict.unlink()
    (folder.path / "run.json").unlink()


def torn_facts(folder: RunFolder) -> None:
    folder.verdict.unlink()
    (folder.path / "run.json").write_bytes(b"\xff\x00")


def folders_for_files(folder: RunFolder) -> None:
    folder.verdict.unlink()
    folder.verdict.mkdir()


@pytest.mark.parametrize("spoil", [broken_verdict, other_verdict, no_facts, torn_facts, folders_for_files])
def test_what_cannot_be_read_is_listed_as_such_and_last(tmp_path: Path, spoil: object) -> None:
    add(tmp_path, "good", 1, concluded(Outcome.PASS))
    assert callable(spoil)
    spoil(add(tmp_path, "spoiled", 2, concluded(Outcome.PASS)))
    good, bad = index_rows(tmp_path)
    assert (good.experiment, good.outcome, bad.outcome) == ("good", "PASS", "UNREADABLE")
    assert bad.name in index(tmp_path)
    assert bad.said


def test_foreign_and_empty_folders_are_listed_but_no_files(tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "junit.xml").touch()
    assert (only(tmp_path).name, only(tmp_path).said) == ("foreign", "not a run: it has no run.json")


def test_verdicts_of_older_versions_have_no_duration(tmp_path: Path) -> None:
    folder = add(tmp_path, "e", 1, concluded(Outcome.PASS))
    old = [line for line in folder.verdict.read_text().splitlines() if '"seconds"' not in line]
    folder.verdict.write_text("\n".join(old).replace("],\n}", "]\n}"))
    assert (only(tmp_path).outcome, only(tmp_path).seconds) == ("PASS", None)


def test_links_lead_to_the_pages_and_nothing_becomes_markup(tmp_path: Path) -> None:
    folder = add(tmp_path, "a <i>#?% one", 1, concluded(Outcome.UNKNOWN, errors=("start: <script>alert(1)</script>",)))
    folder.path.rename(tmp_path / "a #? 100%")
    seen = Seen(index(tmp_path))
    assert seen.fetched == ["a%20%23%3F%20100%25/report.html"]
    assert "a <i>#?% one" in seen.text
    assert "i" not in seen.tags
    assert seen.tags.count("script") == 1


def test_no_run_at_all(tmp_path: Path) -> None:
    assert "No run yet." in index(tmp_path)


def test_it_is_written_in_one_go_and_nothing_else_is_left(tmp_path: Path) -> None:
    add(tmp_path, "e", 1, concluded(Outcome.PASS))
    (tmp_path / INDEX).write_text("old")
    assert write_index(tmp_path) == tmp_path / INDEX
    assert "5 promises kept" in (tmp_path / INDEX).read_text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [INDEX]
    assert os.stat(tmp_path / INDEX).st_mode & 0o777 == 0o644  # noqa: PTH116 - the mode only


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_index(tmp_path / "nowhere")
