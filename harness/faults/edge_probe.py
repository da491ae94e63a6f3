"""A connection of the harness's own through an edge: what a caller would see there, whatever the proxy tells of itself.

A real Toxiproxy counts nothing per toxic and a connection only when that has ended, so there a fault on an edge proves itself
by looking through it, before it is injected and afterwards. What is said is the preface of HTTP/2: every server of ours
answers it with bytes, be it with a greeting, an answer or a complaint, and no server takes harm.
"""

import asyncio
import time
from dataclasses import dataclass

HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
WITHIN_S = 1.0
"""How long an undisturbed edge may take to show all that it shows."""
QUIET_S = 0.25
"""After so long a silence everything was said."""


@dataclass(frozen=True)
class Sight:
    """What was seen: times in seconds from the connection on; `last_s` that of the last byte, `ended_s` that of the end."""

    connected: bool = False
    bytes: int = 0
    reads: int = 0
    last_s: float = 0.0
    ended_s: float | None = None
    reset: bool = False

    @property
    def ended(self) -> bool:
        """Whether the connection was closed or reset by the other side."""
        return self.ended_s is not None

    def __str__(self) -> str:
        if not self.connected:
            return "no connection"
        end = "reset" if self.reset else "closed" if self.ended else "left open"
        return f"{self.bytes} bytes in {self.last_s * 1000:.0f} ms, then {end}"


async def look(address: str, within_s: float = WITHIN_S, *, patient: bool = False) -> Sight:
    """Connect to host:port, say HELLO, and watch until the end, a silence of QUIET_S after the last byte, or `within_s`.

    With `patient`, a silence ends nothing.
    """
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return Sight()
    begun = time.monotonic()
    try:
        writer.write(HELLO)
        return await _watch(reader, begun, within_s, patient=patient)
    finally:
        writer.transport.abort()


async def _watch(reader: asyncio.StreamReader, begun: float, within_s: float, *, patient: bool) -> Sight:
    count = reads = 0
    last_s = 0.0
    ended_s: float | None = None
    reset = False
    while (left := begun + within_s - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left if patient or not count else min(left, QUIET_S)):
                data = await reader.read(65536)
        except TimeoutError:
            break
        except OSError:
            data, reset = b"", True
        now_s = time.monotonic() - begun
        if not data:
            ended_s = now_s
            break
        count, reads, last_s = count + len(data), reads + 1, now_s
    return Sight(True, count, reads, last_s, ended_s, reset)


def silenced(before: Sight, now: Sight) -> bool:
    """Whether bytes that came before do not come now."""
    return before.connected and now.connected and (now.bytes < before.bytes or (before.ended and not now.ended))


def later(before: Sight, now: Sight, by_s: float) -> bool:
    """Whether the last byte came later than before by at least half of `by_s` seconds, or not at all."""
    return before.bytes > 0 and now.connected and (now.bytes < before.bytes or now.last_s - before.last_s >= by_s / 2)
