"""The journal keeps what it confirmed, and nothing else."""

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from system.sandbox.journal import FileJournal, JournalError, NoJournal, open_journal


@dataclass(frozen=True, slots=True)
class Note:
    number: int
    text: str = ""


CODEC: TypeAdapter[Note] = TypeAdapter(Note)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def notes(path: Path) -> list[Note]:
    with closing(FileJournal(path, CODEC)) as journal:
        return list(journal.replay())


def test_records_come_back_in_order_from_a_folder_that_did_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    with closing(open_journal(path, CODEC)) as journal:
        journal.append(Note(1, "line\nbreak"))
        journal.append(Note(2))
    assert notes(path) == [Note(1, "line\nbreak"), Note(2)]


def test_a_record_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with closing(FileJournal(path, CODEC)) as journal:
        journal.append(Note(1))
        assert CODEC.validate_json(path.read_bytes()) == Note(1)


def test_a_record_cut_short_is_dropped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"number":1,"text":""}\n{"number":2,"te')
    with closing(FileJournal(path, CODEC)) as journal:
        assert list(journal.replay()) == [Note(1)]
        journal.append(Note(3))
    assert notes(path) == [Note(1), Note(3)]


@pytest.mark.parametrize("damage", [b"garbage\n", b'{"number":"one"}\n', b"\n"])
def test_a_damaged_record_is_refused_with_its_place(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"number":1,"text":""}\n' + damage)
    with pytest.raises(JournalError, match=r"journal\.jsonl:2 is not a record"):
        notes(path)


def test_one_journal_has_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with closing(FileJournal(path, CODEC)), pytest.raises(JournalError, match="another running process"):
        FileJournal(path, CODEC)
    assert notes(path) == []  # closing freed it


@pytest.mark.parametrize("room", [0, 10])
def test_a_record_that_does_not_fit_leaves_no_trace(tmp_path: Path, room: int) -> None:
    path = tmp_path / "journal.jsonl"
    with closing(FileJournal(path, CODEC)) as journal:
        journal.append(Note(1))
        with largest_file(path.stat().st_size + room), pytest.raises(JournalError, match="cannot write"):
            journal.append(Note(2))
        journal.append(Note(3))
    assert notes(path) == [Note(1), Note(3)]


def test_without_a_file_nothing_is_kept() -> None:
    journal = open_journal(None, CODEC)
    journal.append(Note(1))
    assert isinstance(journal, NoJournal)
    assert list(journal.replay()) == []
