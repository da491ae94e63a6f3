"""read_only: a MySQL or MariaDB server answers reads and refuses the writes of ordinary accounts, as after a failover.

Connections stay open and transactions begin; the first statement that writes fails (error 1290). With `flaps_ms` the server
changes its mind again and again, so that of work in several transactions some are refused and some are not.
"""

import asyncio
from contextlib import suppress

import pymysql

from harness.faults.control import HasStack
from harness.faults.database import accounts, administering, assume_database, code_of, ordinary
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

READ_ONLY = "read_only"
REFUSED = 1290
"""ER_OPTION_PREVENTS_STATEMENT."""
PROBE = "gauntlet_probe"
"""A table that an ordinary account tries to create."""
PROBES = 20
"""How often it is tried at a server that refuses only part of the time."""


@fault_kind(READ_ONLY)
class ReadOnly(StackFault):
    """Makes a server read-only; heals by allowing writes again. Proved by an ordinary account whose write is refused.

    With the parameter `flaps_ms` it accepts writes and refuses them in turn, for so many milliseconds each.
    """

    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._every_s = spec.integer("flaps_ms") / 1000 if "flaps_ms" in spec.parameters else None
        self._over = asyncio.Event()
        self._flapping: asyncio.Task[None] | None = None

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        assume_database(subject, self.member)

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Raises pymysql.MySQLError."""
        await asyncio.to_thread(self._set, subject, "ON")
        if self._every_s is not None:
            self._flapping = asyncio.create_task(self._flap(subject, self._every_s))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        refused = False
        for _ in range(PROBES if self._flapping else 1):
            refused = refused or await asyncio.to_thread(self._refused, subject)
        return Proof(effective=refused, detail=f"a write to {self.member} was {'refused' if refused else 'accepted'}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Raises pymysql.MySQLError."""
        self._over.set()
        if self._flapping is not None:
            await asyncio.wait([self._flapping])
        await asyncio.to_thread(self._set, subject, "OFF")
        return f"{self.member} accepts writes"

    async def _flap(self, subject: HasStack, every_s: float) -> None:
        value = "ON"
        while not await self._healed_within(every_s):
            value = "OFF" if value == "ON" else "ON"
            with suppress(pymysql.MySQLError):  # the server is gone, which is another fault's work
                await asyncio.to_thread(self._set, subject, value)

    async def _healed_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
        return self._over.is_set()

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


def read_only(target: str, flaps_ms: int | None = None) -> Declaration:
    """Let this database server refuse all writes of ordinary accounts; with `flaps_ms` half of the time, in turn."""
    return member(READ_ONLY, target, **({} if flaps_ms is None else {"flaps_ms": flaps_ms}))
