"""deliveries: an instance was given messages again.

The broker tells this to consumers alone, and they count it in their metrics. An instance that dies takes its counter along.
"""

import asyncio
from collections.abc import Mapping

import httpx

from chaos.observations.events import REDELIVERED
from chaos.subject.in_flight import CONSUMERS
from chaos.subject.metrics import Readings, totals
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

COUNTER = "consumer_redelivered_total"
POLL_S = 0.3


async def deliveries(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """An instance was given messages that had been given to somebody before: event `redelivered`, about an instance."""
    members = [member.name for service in CONSUMERS for member in subject.stack.instances(service)]
    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
        seen: dict[str, float] = {}
        while True:
            for member in members:
                now = await _again(http, f"http://{subject.stack.address(member, 'metrics')}")
                if (grown := growth(seen, member, now)) and ready.is_set():
                    recorder.event(REDELIVERED, member, {"messages": grown})
            ready.set()
            await asyncio.sleep(POLL_S)


def growth(seen: dict[str, float], member: str, now: Readings | None) -> int:
    """By how much a counter has risen since the last look, which is noted; one that fell belongs to a new process."""
    if now is None:
        return 0
    total = sum(now.values())
    before = seen.get(member, 0.0)
    seen[member] = total
    return round(total - before if total >= before else total)


async def _again(http: httpx.AsyncClient, url: str) -> Mapping[str, float] | None:
    """What an instance has counted, by queue; None while it is away."""
    try:
        return await totals(http, url, COUNTER, by="queue")
    except httpx.HTTPError:
        return None
