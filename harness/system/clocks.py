"""Offsets of servers' clocks from the history's clock, with the measurement error.

Cristian's algorithm: a clock is asked between two readings of ours; what it said was so at some moment between them, so it is
compared with the middle, and may be wrong by half the round trip. The best of several rounds is taken, as NTP does.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from redis import Redis

from harness.history import Row
from harness.stack.topology import Role
from harness.stack.view import StackView
from harness.system.sql import Access, connected

CLOCKS = "system.clocks"
"""Subject of the observation: rows of `clock`, `offset_ns` and `error_ns`."""
ROUNDS = 5
RESOLUTION_NS = 1_000
"""Both kinds of servers report microseconds."""
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Offset of a clock from the history's (`time.monotonic_ns`) and the error bound ±, both in ns."""

    offset_ns: int
    error_ns: int

    def of_history(self, told_ns: int) -> int:
        """Convert a time of that clock (ns) to the history's, within ± `error_ns`."""
        return told_ns - self.offset_ns


def measured(
    ask: Callable[[], int], *, resolution_ns: int = RESOLUTION_NS, clock: Callable[[], int] = time.monotonic_ns
) -> ClockOffset:
    """The offset of the clock that `ask` reads (ns). Raises what `ask` raises."""
    return min((_round(ask, resolution_ns, clock) for _ in range(ROUNDS)), key=lambda each: each.error_ns)


def _round(ask: Callable[[], int], resolution_ns: int, clock: Callable[[], int]) -> ClockOffset:
    before = clock()
    told = ask()
    after = clock()
    return ClockOffset(told - (before + after) // 2, (after - before + 1) // 2 + resolution_ns)


def this_machine() -> ClockOffset:
    """The offset of this machine's wall clock, which its processes log with."""
    return measured(time.time_ns, resolution_ns=0)


def of_database(access: Access) -> ClockOffset:
    """The offset of a database server, in ns since the epoch. Raises pymysql.MySQLError."""
    with connected(access) as cursor:

        def ask() -> int:
            cursor.execute("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6)) AS now")
            return int(cursor.fetchall()[0]["now"]) * 1000

        return measured(ask)


def of_redis(host: str, port: int) -> ClockOffset:
    """The offset of a redis server, in ns since the epoch. Raises redis.RedisError."""
    with Redis(host=host, port=port, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S) as redis:

        def ask() -> int:
            seconds, microseconds = redis.time()
            return int(seconds) * 1_000_000_000 + int(microseconds) * 1000

        return measured(ask)


async def clock_rows(stack: StackView) -> list[Row]:
    """The offsets of all servers of a stack whose clocks can be read. Raises pymysql.MySQLError, redis.RedisError."""
    return await asyncio.to_thread(_rows, stack)


def _rows(stack: StackView) -> list[Row]:
    found = {"this machine": this_machine()}
    schema = next(iter(stack.manifest.mysql), None)
    for server in stack.instances():
        if server.role is Role.SERVER and server.kind == "redis":
            host, _, port = stack.address(server.name).rpartition(":")
            found[server.name] = of_redis(host, int(port))
        elif server.role is Role.SERVER and server.kind == "mysql" and schema is not None:
            found[server.name] = of_database(stack.mysql(schema))
    return [{"clock": name, **asdict(offset)} for name, offset in found.items()]
