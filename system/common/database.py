"""The service's own MySQL schema: a pool, transactions, and which of its failures are worth another try.

A server that is silent, or that refuses writes because it is no primary any more, is Unavailable, and connections to it are
given up: the next transaction opens a new one.

Transactions run at READ COMMITTED (row locks without gap locks). `Database.run` repeats a whole transaction that lost a
deadlock or a lock wait, which MySQL rolled back and which therefore did nothing. Times compared across instances come from
the database's clock (`NOW`), so that instances' clocks cannot disagree about a lease.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import stamina
from sqlalchemy import TextClause, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from system.common.errors import Unavailable
from system.common.settings import DatabaseSettings

Transaction = AsyncConnection
T = TypeVar("T")

NOW = text("UTC_TIMESTAMP(6)")
ROLLED_BACK = frozenset({1205, 1213})  # lock wait timeout, deadlock
DUPLICATE = 1062
LOST = 2013  # the client's own code: the connection was lost
REFUSES_WRITES = frozenset({1290, 1792, 1836, 1874})  # --read-only, read-only transaction, read-only mode, InnoDB read-only
PING_S = 1.0
USED_AT = "used_at"
IDLE_S = 1.0
"""A connection that was not used for so long is asked whether it is still there before it is used; others are not."""


def in_seconds(seconds: float) -> TextClause:
    """The database's time `seconds` from now."""
    return text(f"TIMESTAMPADD(MICROSECOND, {int(seconds * 1e6)}, UTC_TIMESTAMP(6))")


def mysql_code(error: BaseException) -> int | None:
    """The server's error number behind a SQLAlchemy error, or None."""
    return _code(getattr(error, "orig", None))


def _code(original: BaseException | None) -> int | None:
    arguments = getattr(original, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


class Database:
    """A pool of connections to one schema."""

    def __init__(self, engine: AsyncEngine, transaction_s: float = math.inf) -> None:
        """`transaction_s` bounds a transaction (s)."""
        self._engine = engine
        self._transaction_s = transaction_s

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises Unavailable when MySQL is gone, refuses writes, or did not let the block end within `transaction_s`.
        """
        try:
            async with asyncio.timeout(self._transaction_s), self._engine.begin() as connection:
                yield connection
        except TimeoutError as error:
            raise Unavailable("the database did not answer in time", retry_after_s=1) from error
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
            if mysql_code(error) in ROLLED_BACK:
                raise
            raise Unavailable("the database cannot be reached", retry_after_s=1) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("the database connection was lost", retry_after_s=1) from error
            raise

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again when MySQL rolled it back for a deadlock or a lock wait (at most 5 times).

        Raises Unavailable when it was rolled back every time.
        """
        try:
            return await self._repeated(work)
        except OperationalError as error:
            raise Unavailable("the rows asked for are being fought over", retry_after_s=1) from error

    async def _repeated(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async for attempt in stamina.retry_context(
            on=lambda error: mysql_code(error) in ROLLED_BACK, attempts=5, wait_initial=0.01, wait_max=0.2, wait_jitter=0.05
        ):
            with attempt:
                async with self.transaction() as tx:
                    return await work(tx)
        raise AssertionError("stamina either returns or raises")

    async def ping(self) -> None:
        """Raise Unavailable unless a query comes back within `PING_S` from a server that accepts writes."""
        try:
            async with asyncio.timeout(PING_S), self.transaction() as tx:
                read_only = await tx.scalar(text("SELECT @@global.read_only"))
        except TimeoutError as error:
            raise Unavailable("the database did not answer in time", retry_after_s=1) from error
        if read_only not in (0, "OFF"):
            raise Unavailable("the database refuses writes", retry_after_s=1)


@asynccontextmanager
async def connect(settings: DatabaseSettings) -> AsyncIterator[Database]:
    """Open the pool; it is closed when the block ends."""
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool,
        max_overflow=settings.database_pool,
        pool_timeout=settings.database_timeout_s,
        pool_recycle=settings.database_recycle_s,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": settings.database_timeout_s},
    )

    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connected(_dialect: Any, _record: Any, arguments: Sequence[Any], settings: Mapping[str, Any]) -> Any:
        try:
            return dialect.connect(*arguments, **settings)
        except RuntimeError as error:  # asyncmy on uvloop, when the server goes away at that moment: its socket is gone
            raise dialect.loaded_dbapi.OperationalError(LOST, "the server went away") from error

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("SET SESSION innodb_lock_wait_timeout = 3, time_zone = '+00:00'")
        cursor.close()

    @event.listens_for(engine.sync_engine, "checkin")
    def _on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[USED_AT] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _on_checkout(connection: Any, record: ConnectionPoolEntry, _fairy: Any) -> None:
        if time.monotonic() - record.info.get(USED_AT, math.inf) > IDLE_S:
            try:
                dialect.do_ping(connection)
            except (dialect.loaded_dbapi.Error, OSError) as error:
                raise InvalidatePoolError from error  # the pool opens a new one in its place, and of all that are as old

    @event.listens_for(engine.sync_engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        if _code(context.original_exception) in REFUSES_WRITES:
            context.is_disconnect = True

    try:
        yield Database(engine, settings.database_transaction_s)
    finally:
        await engine.dispose()
