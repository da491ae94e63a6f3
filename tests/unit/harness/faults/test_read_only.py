"""A read-only server is proved by an ordinary account that may not write; whatever else goes wrong is an error, no proof."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pymysql
import pytest

from harness.experiment import AssumptionError
from harness.faults.read_only import REFUSED, ReadOnly
from harness.stack.manifest import AdminAccess, MysqlAccess
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import spec


class FakeDatabase:
    """Obeys the administrator; an ordinary account that creates a table gets `code`, when writes are refused."""

    def __init__(self, code: int = REFUSED) -> None:
        self.code, self.refuses, self.tables = code, False, 0

    @contextmanager
    def cursor(self) -> Iterator["FakeDatabase"]:
        yield self

    def execute(self, statement: str) -> None:
        if statement.startswith("SET GLOBAL read_only"):
            self.refuses = statement.endswith("ON")
        elif statement.startswith("CREATE TABLE"):
            if self.refuses:
                raise pymysql.OperationalError(self.code, "no")
            self.tables += 1
        elif statement.startswith("DROP TABLE"):
            self.tables -= 1

    def close(self) -> None:
        pass


def _subject(**manifest: Any) -> Any:
    member = SimpleNamespace(alive=True, ports={"mysql": 1})
    given = {"admin": {"mysql": AdminAccess(1, "root", "")}, "mysql": {"user": MysqlAccess("", 1, "", "", "user")}, **manifest}
    return SimpleNamespace(
        stack=SimpleNamespace(manifest=SimpleNamespace(**given), instance=lambda _name: member, can=lambda *_: True)
    )


async def test_it_is_proved_by_a_refusal_and_over_when_healed(monkeypatch: pytest.MonkeyPatch) -> None:
    database = FakeDatabase()
    monkeypatch.setattr("pymysql.connect", lambda **_: database)
    fault = ReadOnly(spec("read_only", "mysql"))
    await fault.assume(_subject())
    assert not (await fault.prove(_subject())).effective
    assert database.tables == 0
    await fault.inject(_subject())
    assert (await fault.prove(_subject())).effective
    await fault.heal(_subject())
    assert not database.refuses


async def test_one_that_flaps_accepts_and_refuses_in_turn_until_it_is_healed(monkeypatch: pytest.MonkeyPatch) -> None:
    database = FakeDatabase()
    monkeypatch.setattr("pymysql.connect", lambda **_: database)
    fault = ReadOnly(spec("read_only", "mysql", flaps_ms=5))
    await fault.inject(_subject())
    for wanted in (False, True, False):

        async def turned(wanted: bool = wanted) -> bool:
            return database.refuses is wanted

        await wait_until_async(turned, what="the other answer", timeout_s=5)
    await fault.heal(_subject())
    assert not database.refuses
    assert fault._flapping is not None
    assert fault._flapping.done()


async def test_another_error_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    database = FakeDatabase(code=1142)
    monkeypatch.setattr("pymysql.connect", lambda **_: database)
    fault = ReadOnly(spec("read_only", "mysql"))
    await fault.inject(_subject())
    with pytest.raises(pymysql.OperationalError):
        await fault.prove(_subject())


async def test_a_server_that_is_no_database_cannot_be_read_only() -> None:
    with pytest.raises(AssumptionError, match="no MySQL"):
        await ReadOnly(spec("read_only", "mysql")).assume(_subject(mysql={}))
