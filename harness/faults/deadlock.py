"""deadlock: transactions that lock rows of two tables are rolled back by the server as the victims of deadlocks.

A session of the administrator, again and again: it locks the rows of the table that transactions lock last, waits until
somebody waits for a lock, and then locks the rows of the table that they lock first. InnoDB rolls the transaction back that
changed fewer rows, so this one has changed many, in a table of its own. It commits nothing.
"""

import asyncio
from contextlib import suppress
from threading import Event
from time import monotonic

import pymysql
from pymysql.cursors import Cursor

from harness.faults.control import HasStack
from harness.faults.database import administering, assume_database, code_of
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

DEADLOCK = "deadlock"
SCRATCH = "gauntlet_deadlock"
"""A schema with one table, for the rows that make a transaction too expensive to be the victim."""
BALLAST = 2000
"""Rows changed by this fault's transactions: far more than by one of the system's."""
VICTIM = frozenset({1205, 1213})
"""Error codes of a transaction that was rolled back: lock wait timeout, deadlock."""
LOOK_S = 0.02
"""Time between two looks whether somebody waits."""
HELD_S = 0.5
"""How long the rows stay locked when nobody comes to wait for them."""


@fault_kind(DEADLOCK)
class Deadlock(StackFault):
    """Provokes deadlocks between the tables `first` and `last` of `schema`; heals by ending. Proved by victims.

    Counted are the server's deadlocks without those in which this fault's own transaction was the victim.
    """

    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._first, self._last = (f"`{spec.text('schema')}`.`{spec.text(name)}`" for name in ("first", "last"))
        self._over = Event()
        self._before = 0
        self._own = 0
        self._at_work: asyncio.Task[None] | None = None

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        assume_database(subject, self.member)

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Raises pymysql.MySQLError."""
        self._before = await asyncio.to_thread(self._prepare, subject)
        self._at_work = asyncio.create_task(asyncio.to_thread(self._work, subject))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        victims = await asyncio.to_thread(self._victims, subject)
        return Proof(effective=victims > 0, detail=f"{victims} transactions were rolled back for a deadlock on {self._last}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Raises pymysql.MySQLError."""
        self._over.set()
        if self._at_work is not None:
            await self._at_work
        victims = await asyncio.to_thread(self._victims, subject)
        await asyncio.to_thread(self._tidy, subject)
        return f"{victims} transactions were rolled back for deadlocks"

    def _prepare(self, subject: HasStack) -> int:
        with administering(subject, self.member) as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS {SCRATCH}")
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {SCRATCH}.ballast (id INT) ENGINE=InnoDB")
            return _deadlocks(cursor)

    def _tidy(self, subject: HasStack) -> None:
        with administering(subject, self.member) as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH}")

    def _victims(self, subject: HasStack) -> int:
        with administering(subject, self.member) as cursor:
            return _deadlocks(cursor) - self._before - self._own

    def _work(self, subject: HasStack) -> None:
        while not self._over.is_set():
            with suppress(pymysql.MySQLError), administering(subject, self.member, autocommit=False) as cursor:
                while not self._over.is_set():
                    self._provoke(cursor)
            self._over.wait(LOOK_S)  # the server is gone, or the connection: another fault's work

    def _provoke(self, cursor: Cursor) -> None:
        try:
            cursor.executemany(f"INSERT INTO {SCRATCH}.ballast VALUES (%s)", [(n,) for n in range(BALLAST)])  # noqa: S608 - constants
            cursor.execute(f"SELECT 1 FROM {self._last} FOR UPDATE")  # noqa: S608 - a name that the experiment declares
            if self._waited_for(cursor):
                cursor.execute(f"SELECT 1 FROM {self._first} FOR UPDATE")  # noqa: S608 - as above
        except pymysql.MySQLError as error:
            if code_of(error) not in VICTIM:
                raise
            self._own += 1
        finally:
            with suppress(pymysql.MySQLError):
                cursor.execute("ROLLBACK")

    def _waited_for(self, cursor: Cursor) -> bool:
        """Whether, within `HELD_S` seconds, a transaction waits for a lock."""
        until = monotonic() + HELD_S
        while monotonic() < until and not self._over.wait(LOOK_S):
            cursor.execute("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
            if (row := cursor.fetchone()) and row[0]:
                return True
        return False


def _deadlocks(cursor: Cursor) -> int:
    """The number of deadlocks since the server started."""
    cursor.execute("SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def deadlock(target: str, *, schema: str, first: str, last: str) -> Declaration:
    """Provoke deadlocks between transactions that lock rows of the table `first`, and then of `last`."""
    return member(DEADLOCK, target, schema=schema, first=first, last=last)
