"""What is read of a schema together is read on one connection, after its snapshot was taken, and on no other terms."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pymysql
import pytest

from harness.history import Row
from harness.system.sql import SNAPSHOT, Access, count, rows, snapshot

ACCESS = cast(Access, SimpleNamespace(host="h", port=1, user="u", password="p", schema="order"))


class FakeServer:
    """Keeps what was asked on which connection; answers by query."""

    def __init__(self, answers: dict[str, Sequence[Row] | Exception]) -> None:
        self.answers = answers
        self.asked: list[list[str]] = []
        self.closed = 0

    def connect(self, **options: Any) -> "FakeConnection":
        assert options["init_command"] == "SET time_zone = '+00:00'"
        assert options["database"] == "order"
        self.asked.append([])
        return FakeConnection(self)


class FakeConnection:
    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.result: Sequence[Row] = ()

    def cursor(self) -> "FakeConnection":
        return self

    def __enter__(self) -> "FakeConnection":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, query: str, values: Sequence[object] = ()) -> None:
        self.server.asked[-1].append(query % tuple(values) if values else query)
        answer = self.server.answers.get(query, ())
        if isinstance(answer, Exception):
            raise answer
        self.result = answer

    def fetchall(self) -> Sequence[Row]:
        return self.result

    def close(self) -> None:
        self.server.closed += 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    made = FakeServer({"SELECT 1": ({"one": 1},), "SELECT 2": ({"two": 2},), "SELECT COUNT(*) AS n": ({"n": 7},)})
    monkeypatch.setattr(pymysql, "connect", made.connect)
    return made


def test_a_snapshot_comes_before_every_query_on_the_same_connection(server: FakeServer) -> None:
    assert snapshot(ACCESS, {"a": "SELECT 1", "b": "SELECT 2"}, 42) == {"a": ({"one": 1},), "b": ({"two": 2},)}
    assert server.asked == [["SET @clock_ns = 42", *SNAPSHOT, "SELECT 1", "SELECT 2"]]
    assert server.closed == 1


def test_a_query_at_present_needs_none(server: FakeServer) -> None:
    assert (rows(ACCESS, "SELECT 1"), count(ACCESS, "SELECT COUNT(*) AS n")) == (({"one": 1},), 7)
    assert server.closed == 2


def test_a_query_that_fails_closes_the_connection_and_fails_all(server: FakeServer) -> None:
    server.answers["SELECT 2"] = pymysql.OperationalError(2013, "lost")
    with pytest.raises(pymysql.OperationalError):
        snapshot(ACCESS, {"a": "SELECT 1", "b": "SELECT 2"})
    assert server.closed == 1
