"""Deadlocks count by their victims, but for this fault's own transactions; the scratch schema is gone after it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pymysql
import pytest

from harness.faults.deadlock import VICTIM, Deadlock
from harness.stack.manifest import AdminAccess, MysqlAccess
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import spec

SUBJECT: Any = SimpleNamespace(
    stack=SimpleNamespace(
        manifest=SimpleNamespace(
            admin={"mysql": AdminAccess(1, "root", "")}, mysql={"product": MysqlAccess("", 1, "", "", "product")}
        )
    )
)


class FakeDatabase:
    """Counts a deadlock whenever the first table is locked after the last one; `ours` is the victim of it, or another."""

    def __init__(self, *, ours: bool) -> None:
        self.ours, self.locked = ours, False
        self.deadlocks, self.schemas, self.answer = 7, set[str](), 0

    @contextmanager
    def cursor(self) -> Iterator["FakeDatabase"]:
        yield self

    def execute(self, statement: str) -> None:
        if "lock_deadlocks" in statement:
            self.answer = self.deadlocks
        elif "LOCK WAIT" in statement:
            self.answer = int(self.locked)
        elif statement.startswith("CREATE DATABASE"):
            self.schemas.add("scratch")
        elif statement.startswith("DROP DATABASE"):
            self.schemas.clear()
        elif statement == "SELECT 1 FROM `product`.`stock` FOR UPDATE":
            self.locked = True
        elif statement == "ROLLBACK":
            self.locked = False
        elif statement == "SELECT 1 FROM `product`.`reservations` FOR UPDATE" and self.locked:
            self.deadlocks += 1
            if self.ours:
                raise pymysql.OperationalError(max(VICTIM), "Deadlock found")

    def executemany(self, *_: object) -> None:
        pass

    def fetchone(self) -> tuple[int]:
        return (self.answer,)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("ours", [False, True])
async def test_it_is_proved_by_the_transactions_of_others(monkeypatch: pytest.MonkeyPatch, *, ours: bool) -> None:
    database = FakeDatabase(ours=ours)
    monkeypatch.setattr("pymysql.connect", lambda **_: database)
    fault = Deadlock(spec("deadlock", "mysql", schema="product", first="reservations", last="stock"))
    await fault.inject(SUBJECT)

    async def some() -> bool:
        return database.deadlocks > 10

    await wait_until_async(some, what="deadlocks", timeout_s=5)
    fault._over.set()
    assert fault._at_work is not None
    await asyncio.wait([fault._at_work])
    assert (await fault.prove(SUBJECT)).effective is not ours
    await fault.heal(SUBJECT)
    assert not database.schemas
