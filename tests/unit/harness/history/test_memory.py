"""Interning changes who holds a row, never what it says, however much was forgotten meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from pydantic_core import from_json, to_json

from harness.history import memory
from harness.history.memory import Interning
from tests.unit.harness.history.test_compressed import JSON


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=8), st.integers(1, 4))
def test_every_row_comes_back_as_it_was(rows: list[dict[str, JsonValue]], remembered: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "REMEMBERED", remembered)
        shared = Interning()
        assert [shared.row(from_json(to_json(row))) for row in rows] == rows


def test_equal_rows_and_their_parts_are_one() -> None:
    shared = Interning()
    first = shared.row({"order_id": "a-long-enough-id", "address": {"street": "Main 1"}})
    again = shared.row({"order_id": "a-long-enough-id", "address": {"street": "Main 1"}})
    other = shared.row({"id": "".join(["a-long-", "enough-id"]), "address": {"street": "Main 1"}})
    assert again is first
    assert other["address"] is first["address"]
    assert other["id"] is first["order_id"]


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0, False), ("1", 1), ([], {}), (None, "null")])
def test_what_only_looks_alike_is_kept_apart(one: JsonValue, other: JsonValue) -> None:
    shared = Interning()
    for value in (one, other):
        row = shared.row({"value": value, "within": [value]})
        assert [type(row["value"]), row["within"]] == [type(value), [value]]
        assert type(row["within"][0]) is type(value)  # type: ignore[index]  # it is a list
