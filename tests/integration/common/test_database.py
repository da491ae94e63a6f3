"""What MySQL rolls back for others' sake is run again; what it rolls back every time is unavailable, not an inner error."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from harness.stack.namespaces import Namespace
from system.common.database import Database, Transaction, connect
from system.common.errors import Unavailable
from system.common.settings import DatabaseSettings


@pytest.fixture
async def database(namespace: Namespace) -> AsyncIterator[Database]:
    access = namespace.mysql("order")
    url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
    async with connect(DatabaseSettings(database_url=url)) as opened:
        yield opened


@pytest.fixture
async def table(database: Database) -> str:
    name = "pairs"
    async with database.transaction() as tx:
        await tx.execute(text(f"CREATE TABLE {name} (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB"))
        await tx.execute(text(f"INSERT INTO {name} VALUES (1, 0), (2, 0)"))
    return name


async def test_both_sides_of_a_deadlock_get_through(database: Database, table: str) -> None:
    met = asyncio.Barrier(2)
    attempts = 0

    async def add(first: int, second: int) -> None:
        alone = False

        async def work(tx: Transaction) -> None:
            nonlocal alone, attempts
            attempts += 1
            await tx.execute(text(f"UPDATE {table} SET n = n + 1 WHERE id = :i"), {"i": first})
            if not alone:
                alone = True
                await met.wait()
            await tx.execute(text(f"UPDATE {table} SET n = n + 1 WHERE id = :i"), {"i": second})

        await database.run(work)

    await asyncio.gather(add(1, 2), add(2, 1))
    async with database.transaction() as tx:
        assert list((await tx.execute(text(f"SELECT n FROM {table}"))).scalars()) == [2, 2]
    assert attempts > 2, "nobody was rolled back: this test proved nothing"


async def test_what_is_rolled_back_every_time_is_unavailable(database: Database, table: str) -> None:
    async def work(tx: Transaction) -> None:
        await tx.execute(text("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'a deadlock'"))

    with pytest.raises(Unavailable):
        await database.run(work)


async def test_an_error_undoes_the_transaction(database: Database, table: str) -> None:
    async def work(tx: Transaction) -> None:
        await tx.execute(text(f"UPDATE {table} SET n = 7"))
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await database.run(work)
    async with database.transaction() as tx:
        assert list((await tx.execute(text(f"SELECT n FROM {table}"))).scalars()) == [0, 0]


async def test_a_database_that_is_not_there_is_unavailable() -> None:
    settings = DatabaseSettings(database_url="mysql+asyncmy://nobody:nothing@127.0.0.1:9/none", database_timeout_s=1)
    async with connect(settings) as nowhere:
        with pytest.raises(Unavailable):
            await nowhere.ping()
