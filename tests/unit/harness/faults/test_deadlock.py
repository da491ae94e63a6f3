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
    """Counts a deadlock whenever all of three rows are locked while somebody waits; `ours` is the victim of it, or another.

    Somebody comes to wait once `wanted` rows are locked, from the last one on.
    """

    def __init__(self, *, ours: bool, wanted: int = 1) -> None:
        self.ours, self.wanted, self.locked = ours, wanted, 0
        self.deadlocks, self.schemas, self.answer = 7, set[str](), 0

    @contextmanager
    def cursor(self) -> Iterator["FakeDatabase"]:
        yield self

    def execute(self, statement: str) -> None:
        if "lock_deadlocks" in statement:
            self.answer = self.deadlocks
        elif "LOCK WAIT" in statement:
            self.answer = int(self.locked >= self.wanted)
        elif statement.startswith("SELECT COUNT(*) FROM `product`"):
            self.answer = 3
        elif " DESC LIMIT " in statement:
            self.locked = int(statement.split()[-3])
        elif statement.startswith("CREATE DATABASE"):
            self.schemas.add("scratch")
        elif statement.startswith("DROP DATABASE"):
            self.schemas.clear()
        elif statement.endswith("`product_id` FOR UPDATE"):
            self.deadlocks += 1
            if self.ours:
                raise pymysql.OperationalError(max(VICTIM), "Deadlock found")

    def executemany(self, *_: object) -> None:
        pass

    def fetchone(self) -> tuple[int]:
        return (self.answer,)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("ours", "wanted"), [(False, 1), (True, 1), (False, 3)])
async def test_it_is_proved_by_the_transactions_of_others(monkeypatch: pytest.MonkeyPatch, *, ours: bool, wanted: int) -> None:
    database = FakeDatabase(ours=ours, wanted=wanted)
    monkeypatch.setattr("pymysql.connect", lambda **_: database)
    monkeypatch.setattr("harness.faults.deadlock.HELD_S", 0.03)
    fault = Deadlock(spec("deadlock", "mysql", schema="product", table="stock", key="product_id"))
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
