"""What MySQL rolls back for others' sake is run again; a server that fails, is silent or read-only is unavailable."""

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvloop
from sqlalchemy import text

from harness.stack.namespaces import Namespace
from harness.system.sql import connected
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


class Relay:
    """Stands between a client and the server, and passes nothing on while it is silent."""

    def __init__(self, host: str, port: int) -> None:
        self._server_at = (host, port)
        self.silent = False
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port of the relay."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._server_at)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self._tasks.add(asyncio.create_task(self._pass_on(source, sink)))

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if not self.silent:
                sink.write(data)
        sink.close()


async def test_a_silent_server_is_unavailable_and_its_connections_are_given_up(namespace: Namespace) -> None:
    access = namespace.mysql("order")
    relay = Relay(access.host, access.port)
    async with relay.listening() as port:
        url = f"mysql+asyncmy://{access.user}:{access.password}@127.0.0.1:{port}/{access.schema}"
        settings = DatabaseSettings(database_url=url, database_transaction_s=1.5, database_timeout_s=1)
        async with connect(settings) as database:
            await database.ping()
            relay.silent = True
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await database.ping()
                with pytest.raises(Unavailable):
                    await database.run(lambda tx: tx.execute(text("SELECT 1")))
            relay.silent = False
            await database.ping()


async def test_a_transaction_that_meets_silence_in_the_middle_is_unavailable(namespace: Namespace) -> None:
    access = namespace.mysql("order")
    relay = Relay(access.host, access.port)
    async with relay.listening() as port:
        url = f"mysql+asyncmy://{access.user}:{access.password}@127.0.0.1:{port}/{access.schema}"
        async with connect(DatabaseSettings(database_url=url, database_transaction_s=1)) as database:

            async def meets_silence(tx: Transaction) -> None:
                await tx.execute(text("SELECT 1"))
                relay.silent = True
                await tx.execute(text("SELECT 1"))

            with pytest.raises(Unavailable):
                await database.run(meets_silence)
            relay.silent = False
            await database.ping()


@pytest.mark.parametrize("code", [1290, 1836])
async def test_connections_to_a_demoted_primary_are_given_up(database: Database, code: int) -> None:
    async def connection_id() -> int:
        async with database.transaction() as tx:
            return int(await tx.scalar(text("SELECT CONNECTION_ID()")))

    before = await connection_id()
    assert await connection_id() == before, "connections are kept"
    with pytest.raises(Unavailable):
        async with database.transaction() as tx:
            await tx.execute(text(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'read-only'"))
    assert await connection_id() != before


async def _end_the_connection(database: Database, namespace: Namespace) -> None:
    """End the only connection of the pool, as a server does that was restarted."""
    async with database.transaction() as tx:
        number = await tx.scalar(text("SELECT CONNECTION_ID()"))
    with connected(namespace.mysql("order")) as cursor:
        cursor.execute(f"KILL {number}")


async def test_an_idle_connection_that_was_ended_is_replaced_unseen(
    database: Database, namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("system.common.database.IDLE_S", 0.0)
    await _end_the_connection(database, namespace)
    for _ in range(4):
        async with database.transaction() as tx:
            assert await tx.scalar(text("SELECT 1")) == 1


async def test_one_that_was_used_a_moment_ago_costs_one_unavailable(database: Database, namespace: Namespace) -> None:
    await _end_the_connection(database, namespace)
    refused = 0
    for _ in range(6):
        try:
            async with database.transaction() as tx:
                assert await tx.scalar(text("SELECT 1")) == 1
        except Unavailable:
            refused += 1
    assert refused == 1


def test_a_server_that_goes_away_during_the_handshake_is_unavailable() -> None:
    """On uvloop, as the services run: there asyncmy finds no socket any more, and says so with a RuntimeError."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        threading.Thread(target=_resets, args=(listening,), daemon=True).start()
        url = f"mysql+asyncmy://nobody:nothing@127.0.0.1:{listening.getsockname()[1]}/none"

        async def asked() -> set[type[Exception]]:
            seen: set[type[Exception]] = set()
            async with connect(DatabaseSettings(database_url=url, database_timeout_s=2)) as database:
                for _ in range(60):
                    try:
                        await database.ping()
                    except Exception as error:  # noqa: BLE001 - which it is, is the question
                        seen.add(type(error))
            return seen

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            assert runner.run(asked()) == {Unavailable}


def _resets(listening: socket.socket) -> None:
    """Reset every connection, until the socket is closed."""
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
