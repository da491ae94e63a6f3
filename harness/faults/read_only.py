"""read_only: a MySQL or MariaDB server answers reads and refuses the writes of ordinary accounts, as after a failover.

Connections stay open and transactions begin; the first statement that writes fails (error 1290).
"""

import asyncio

import pymysql

from harness.faults.control import HasStack
from harness.faults.database import accounts, administering, assume_database, code_of, ordinary
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.targets import member

READ_ONLY = "read_only"
REFUSED = 1290
"""ER_OPTION_PREVENTS_STATEMENT."""
PROBE = "gauntlet_probe"
"""A table that an ordinary account tries to create."""


@fault_kind(READ_ONLY)
class ReadOnly(StackFault):
    """Makes a server read-only; heals by allowing writes again. Proved by an ordinary account whose write is refused."""

    alive = True

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        assume_database(subject, self.member)

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Raises pymysql.MySQLError."""
        await asyncio.to_thread(self._set, subject, "ON")

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        refused = await asyncio.to_thread(self._refused, subject)
        return Proof(effective=refused, detail=f"a write to {self.member} was {'refused' if refused else 'accepted'}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Raises pymysql.MySQLError."""
        await asyncio.to_thread(self._set, subject, "OFF")
        return f"{self.member} accepts writes"

    def _set(self, subject: HasStack, value: str) -> None:
        with administering(subject, self.member) as cursor:
            cursor.execute(f"SET GLOBAL read_only = {value}")

    def _refused(self, subject: HasStack) -> bool:
        with ordinary(accounts(subject, self.member)[0]) as cursor:
            try:
                cursor.execute(f"CREATE TABLE {PROBE} (id INT)")
            except pymysql.MySQLError as error:
                if code_of(error) == REFUSED:
                    return True
                raise
            cursor.execute(f"DROP TABLE {PROBE}")
            return False


def read_only(target: str) -> Declaration:
    """Let this database server refuse all writes of ordinary accounts."""
    return member(READ_ONLY, target)
