"""Every command that a redis executes, by MONITOR, including those of Lua scripts, and when the connection is down.

MONITOR reports a script before the commands that it runs, each with the server's time. redis-py's Monitor is not used: it
joins the arguments of a command by spaces, which is ambiguous, and does not report when its connection broke.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

AGAIN_S = 0.05
LONGEST_LINE = 16 * 1024 * 1024
"""In bytes: a script over many keys is one line."""
PLAUSIBLE_NS = 2_000_000_000
"""Largest difference of the server's time, in ns; beyond it the local time is used."""

LINE = re.compile(r"^\+(\d+)\.(\d{6}) \[([^]]*)\] (.*)$")
ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class MonitoredCommand:
    """A command and its time (ns, the history's), `scripted` when a script executed it.

    Without `words`: the connection is up (`well`) or down.
    """

    at_ns: int
    words: tuple[str, ...] = field(default=())
    well: bool = True
    scripted: bool = False


def parse(line: str, now_ns: int, clock_ns: int) -> MonitoredCommand | None:
    """Parse a line of MONITOR; None when it is not one. `clock_ns` is the offset of the server's clock to the history's."""
    found = LINE.match(line)
    if found is None:
        return None
    told_ns = int(found[1]) * 1_000_000_000 + int(found[2]) * 1000 - clock_ns
    at_ns = told_ns if abs(told_ns - now_ns) < PLAUSIBLE_NS else now_ns
    words = tuple(ESCAPED.sub(r"\1", word) for word in ARGUMENT.findall(found[4]))
    return MonitoredCommand(at_ns, words, scripted=found[3].endswith(" lua"))


async def monitor(host: str, port: int, clock_ns: int) -> AsyncIterator[MonitoredCommand]:
    """Yield every command from now on, and every change of the connection, for ever; reconnects.

    Each failed attempt to connect yields another `well=False`, of the time when it began: until the failure is noticed the
    server may have come back. See `parse` for `clock_ns`.
    """
    while True:
        down_ns = time.monotonic_ns()
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_LINE)
        except OSError:
            yield MonitoredCommand(down_ns, well=False)
            await asyncio.sleep(AGAIN_S)  # it may be down by a fault
            continue
        try:
            writer.write(b"MONITOR\r\n")
            if await reader.readline() == b"+OK\r\n":
                yield MonitoredCommand(time.monotonic_ns())
                try:
                    while (line := await reader.readline()).endswith(b"\n"):  # incomplete: may parse as another command
                        if heard := parse(line.decode(errors="replace").rstrip(), time.monotonic_ns(), clock_ns):
                            yield heard
                finally:
                    down_ns = time.monotonic_ns()
        except OSError:
            pass  # yielded below
        finally:
            writer.close()
        yield MonitoredCommand(down_ns, well=False)
        await asyncio.sleep(AGAIN_S)
