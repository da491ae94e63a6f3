"""Every command that a redis executes, as MONITOR tells it, those of Lua scripts included, and when it cannot be heard.

MONITOR tells a script before the commands that it runs, and each with the server's own time. redis-py's Monitor is not used: it
joins the words of a command by spaces, so that their borders are lost, and does not say when it stopped to hear.
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
"""How far the server's clock may be from ours before ours is believed."""

LINE = re.compile(r"^\+(\d+)\.(\d{6}) \[[^]]*\] (.*)$")
ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Heard:
    """A command at a time (ns, the history's). Without `words` the sight changed: `well` says whether commands are heard."""

    at_ns: int
    words: tuple[str, ...] = field(default=())
    well: bool = True


def parse(line: str, now_ns: int, clock_ns: int) -> Heard | None:
    """A line of MONITOR; None for one that is none. `clock_ns` is what the server's clock is ahead of the history's."""
    found = LINE.match(line)
    if found is None:
        return None
    told_ns = int(found[1]) * 1_000_000_000 + int(found[2]) * 1000 - clock_ns
    at_ns = told_ns if abs(told_ns - now_ns) < PLAUSIBLE_NS else now_ns
    return Heard(at_ns, tuple(ESCAPED.sub(r"\1", word) for word in ARGUMENT.findall(found[3])))


async def monitor(host: str, port: int, clock_ns: int) -> AsyncIterator[Heard]:
    """Every command from now on, and every change of sight, for ever; connects again when the server went away.

    While it is away, each attempt in vain is told as another change for the worse. See `parse` for `clock_ns`.
    """
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_LINE)
        except OSError:
            yield Heard(time.monotonic_ns(), well=False)
            await asyncio.sleep(AGAIN_S)  # it is down, on purpose perhaps
            continue
        try:
            writer.write(b"MONITOR\r\n")
            if await reader.readline() == b"+OK\r\n":
                yield Heard(time.monotonic_ns())
                while (line := await reader.readline()).endswith(b"\n"):  # a torn one would be taken for another command
                    if heard := parse(line.decode(errors="replace").rstrip(), time.monotonic_ns(), clock_ns):
                        yield heard
        except OSError:
            pass  # told below
        finally:
            writer.close()
        yield Heard(time.monotonic_ns(), well=False)
        await asyncio.sleep(AGAIN_S)
