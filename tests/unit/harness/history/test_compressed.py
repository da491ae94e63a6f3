"""Packed rows are the rows that were written, in their order, whatever is in them."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from harness.history import CompressedRows, CorruptHistoryError, History, Observation, Recorder, Writer, read
from harness.history.compressed import CHUNK, observation
from harness.history.reader import LONG
from harness.history.records import RECORD

JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=6)


def line(rows: list[dict[str, JsonValue]], subject: str = "stock") -> bytes:
    return RECORD.dump_json(Observation(time_ns=7, subject=subject, rows=tuple(rows))) + b"\n"


@given(ROWS, st.text())
def test_what_goes_in_comes_out(rows: list[dict[str, JsonValue]], subject: str) -> None:
    seen = observation(line(rows, subject))
    assert seen is not None
    assert (seen[0], seen[1], list(seen[2]), len(seen[2])) == (7, subject, rows, len(rows))


@pytest.mark.parametrize("at_rest", [True, False])
def test_rest_is_kept_and_lines_from_before_it_was_known_are_read(at_rest: bool) -> None:
    written = RECORD.dump_json(Observation(time_ns=7, subject="s", at_rest=at_rest, rows=({"a": 1},))) + b"\n"
    seen, older = observation(written), observation(b'{"time_ns":7,"subject":"s","rows":[{"a":1}],"type":"observation"}\n')
    assert seen is not None
    assert older is not None
    assert (seen[3], older[3]) == (at_rest, True)


def test_more_rows_than_a_chunk() -> None:
    rows: list[dict[str, JsonValue]] = [{"id": number, "tricky": '},{"rows":['} for number in range(2 * CHUNK + 1)]
    seen = observation(line(rows))
    assert seen is not None
    packed = seen[2]
    assert packed == rows
    assert packed == tuple(rows)
    assert packed != rows[:-1]
    assert (packed[0], packed[-1], list(packed[1:3])) == (rows[0], rows[-1], rows[1:3])


@pytest.mark.parametrize(
    "broken", [b"{},", b",{}", b"{} {}", b"[]", b"1", b'{"a":', b'{"a":1}}', b"{}]", b'{"a":1}, {"a":1}', b"{},,{}"]
)
def test_what_is_no_row_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        observation(line([]).replace(b"[]", b"[" + broken + b"]"))


@pytest.mark.parametrize("other", [b"", b"{}\n", b'{"type":"observation"}\n', b'{"time_ns":1,"subject":"s","rows":[{}\n'])
def test_any_other_line_is_left_to_others(other: bytes) -> None:
    assert observation(other) is None


@dataclass(frozen=True)
class Stock:
    product: str
    units: int


def test_typed_rows() -> None:
    packed = CompressedRows([(2, b'[{"product":"p","units":1,"more":null},{"product":"q","units":2}]')])
    assert list(packed.typed(Stock)) == [Stock("p", 1), Stock("q", 2)]
    with pytest.raises(ValueError, match="units"):
        list(CompressedRows([(1, b'[{"product":"p"}]')]).typed(Stock))


def test_a_long_observation_in_a_file_is_read_like_any_other(tmp_path: Path) -> None:
    rows: list[dict[str, JsonValue]] = [{"id": number, "about": "x" * 90} for number in range(LONG // 100 + CHUNK)]
    with Writer(tmp_path / "history.jsonl") as writer:
        recorder = Recorder(writer)
        recorder.invoke("buyer-1", "place_order").answered(201, {"id": "o"})
        recorder.observe("stock", rows)
        recorder.observe("ledger", [])
    history = read(tmp_path / "history.jsonl")
    assert isinstance(history.observed("stock"), CompressedRows)
    assert list(history.observed("stock")) == rows
    (record,) = [each for each in history.records if isinstance(each, Observation) and each.subject == "stock"]
    assert record.rows == tuple(rows)
    assert history.observed_at_ns("stock") == record.time_ns
    assert history == History(history.records)


def test_a_long_observation_that_is_broken_is_never_forgiven(tmp_path: Path) -> None:
    rows: list[dict[str, JsonValue]] = [{"about": "x" * 1000} for _ in range(LONG // 1000 + 1)]
    file = tmp_path / "history.jsonl"
    file.write_bytes(line(rows).replace(b'},{"about"', b'};{"about"', 1) + line([]))
    with pytest.raises(CorruptHistoryError, match=r"history\.jsonl:1: not a record"):
        read(file)
