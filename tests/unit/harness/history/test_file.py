"""A history on disk: what was written is read back, and only a torn last line is forgiven."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from harness.history import (
    CorruptHistoryError,
    Ending,
    FaultPhase,
    History,
    Record,
    Recorder,
    Writer,
    read,
)
from harness.history.records import RECORD, Completion, Exchange, Invoke


def write(path: Path) -> None:
    with Writer(path) as writer:
        recorder = Recorder(writer)
        recorder.begin("workload")
        recorder.invoke("buyer-1", "place_order", {"items": [{"quantity": 1}]}).answered(201, {"id": "o-1"})
        recorder.invoke("buyer-2", "place_order").end(Ending.INFO, error="ReadTimeout")
        recorder.fault("kill", "order-1", FaultPhase.INJECT)
        recorder.observe("product.stock", [{"product_id": "p", "available": 3}])
        recorder.finish("workload", failure="out of time")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    write(path)
    return path


def test_what_was_written_is_read_back(file: Path) -> None:
    history = read(file)
    assert [type(record).__name__ for record in history.records] == [
        "Stage",
        "Invoke",
        "Completion",
        "Invoke",
        "Completion",
        "Fault",
        "Observation",
        "Stage",
    ]
    assert history.torn == ""
    assert history.operations[0].input == {"items": [{"quantity": 1}]}
    assert history.operations[0].output == {"id": "o-1"}
    assert history.operations[1].ending is Ending.INFO
    assert history.observed("product.stock") == ({"product_id": "p", "available": 3},)


def test_records_are_in_the_file_while_the_writer_is_open(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    writer = Writer(path)
    Recorder(writer).invoke("buyer-1", "place_order")
    assert len(read(path).records) == 1
    writer.close()


def test_a_torn_last_line_is_left_out_and_quoted(file: Path) -> None:
    whole = read(file)
    file.write_bytes(file.read_bytes()[:-9])
    torn = read(file)
    assert torn.records == whole.records[:-1]
    assert torn.torn.startswith('{"time_ns":')


def test_only_the_newline_missing_loses_nothing(file: Path) -> None:
    whole = read(file)
    file.write_bytes(file.read_bytes()[:-1])
    assert read(file) == whole


@pytest.mark.parametrize("line", ["not json", '{"type": "invoke"}', '{"type": "nonsense"}', ""])
def test_a_bad_line_in_the_middle_is_never_forgiven(file: Path, line: str) -> None:
    lines = file.read_text().splitlines()
    lines[2] = line
    file.write_text("\n".join([*lines, ""]))
    with pytest.raises(CorruptHistoryError, match=r"history\.jsonl:3: not a record"):
        read(file)


def test_a_history_is_never_overwritten(file: Path) -> None:
    with pytest.raises(FileExistsError):
        Writer(file)


def test_an_empty_file_is_an_empty_history(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.touch()
    assert read(path) == History(())


JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.dictionaries(st.text(), JSON, max_size=4)
RECORDS: st.SearchStrategy[Record] = st.builds(
    Invoke, time_ns=st.integers(0), id=st.integers(0), process=st.text(), operation=st.text(), input=ROWS
) | st.builds(
    Completion,
    time_ns=st.integers(0),
    id=st.integers(0),
    process=st.text(),
    operation=st.text(),
    output=ROWS,
    status=st.none() | st.integers(100, 599),
    error=st.text(),
    exchange=st.none()
    | st.builds(
        Exchange,
        request=st.text(),
        code=st.text(),
        headers=st.dictionaries(st.text(), st.text(), max_size=2),
        deadline_s=st.none() | st.floats(0, 60),
        late_s=st.none() | st.floats(0, 60),
        request_bytes=st.none() | st.integers(0),
        response_sha256=st.text(),
    ),
    type=st.sampled_from(Ending),
)


@given(RECORDS)
def test_every_record_is_one_line_and_survives_the_way_there_and_back(record: Record) -> None:
    line = RECORD.dump_json(record)
    assert b"\n" not in line
    assert RECORD.validate_json(line) == record


def test_a_completion_from_before_there_were_exchanges_is_read_and_written_as_it_was() -> None:
    line = b'{"time_ns":2,"id":1,"process":"p","operation":"o","output":{},"status":201,"error":"","type":"ok"}'
    record = RECORD.validate_json(line)
    assert isinstance(record, Completion)
    assert record.exchange is None
    assert RECORD.dump_json(record) == line
