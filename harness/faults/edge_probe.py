"""Probe connections through an edge, which observe what a caller would.

A real Toxiproxy counts nothing per toxic and a connection only when that has ended, so there a fault on an edge is proved by
comparing a probe before the injection with one after it. A probe sends the preface of HTTP/2: every server in use answers it
with bytes (a greeting, an answer or an error), and it changes no state.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
WITHIN_S = 1.0
"""Longest time in seconds of a probe of an undisturbed edge."""
QUIET_S = 0.25
"""Seconds without a byte after which an answer counts as complete."""


@dataclass(frozen=True)
class ProbeResult:
    """The result of a probe: times in seconds since the connection; `last_s` of the last byte, `ended_s` of the end."""

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


def envelope(results: Sequence[ProbeResult]) -> ProbeResult:
    """What several probes of an undisturbed edge have in common, so that none of their variation counts as an effect.

    The fewest bytes, the most reads, the latest times; ended only if each of them ended. Raises ValueError for no results.
    """
    ends = [each.ended_s for each in results if each.ended_s is not None]
    return ProbeResult(
        connected=all(each.connected for each in results),
        bytes=min(each.bytes for each in results),
        reads=max(each.reads for each in results),
        last_s=max(each.last_s for each in results),
        ended_s=max(ends) if len(ends) == len(results) else None,
        reset=any(each.reset for each in results),
    )


async def probe(address: str, within_s: float = WITHIN_S, *, patient: bool = False) -> ProbeResult:
    """Connect to host:port, send PREFACE, and read until its end, QUIET_S after the last byte, or `within_s`.

    With `patient`, QUIET_S does not apply.
    """
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return ProbeResult()
    begun = time.monotonic()
    try:
        writer.write(PREFACE)
        return await _watch(reader, begun, within_s, patient=patient)
    finally:
        writer.transport.abort()


async def _watch(reader: asyncio.StreamReader, begun: float, within_s: float, *, patient: bool) -> ProbeResult:
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
    return ProbeResult(True, count, reads, last_s, ended_s, reset)


def silenced(before: ProbeResult, now: ProbeResult) -> bool:
    """Whether fewer bytes arrive than before, or an end that came before does not."""
    return before.connected and now.connected and (now.bytes < before.bytes or (before.ended and not now.ended))


def later(before: ProbeResult, now: ProbeResult, by_s: float) -> bool:
    """Whether the last byte came later than before by at least half of `by_s` seconds, or not at all."""
    return before.bytes > 0 and now.connected and (now.bytes < before.bytes or now.last_s - before.last_s >= by_s / 2)
