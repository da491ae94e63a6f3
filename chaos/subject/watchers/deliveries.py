"""deliveries: messages were redelivered to an instance.

Only the consumer gets the broker's redelivered flag, and counts it in its metrics; its counter is lost when it dies.
"""

import asyncio
from collections.abc import Mapping

import httpx

from chaos.observations.events import REDELIVERED
from chaos.subject.in_flight import CONSUMERS
from chaos.subject.metrics import Readings, totals
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

COUNTER = "consumer_redelivered_total"
POLL_S = 0.3


async def deliveries(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """Messages were redelivered to an instance: event `redelivered`, about an instance."""
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
    """The increase of a counter since the last poll, which `seen` keeps; one that fell belongs to a new process."""
    if now is None:
        return 0
    total = sum(now.values())
    before = seen.get(member, 0.0)
    seen[member] = total
    return round(total - before if total >= before else total)


async def _again(http: httpx.AsyncClient, url: str) -> Mapping[str, float] | None:
    """The counter of an instance by queue; None while it does not answer."""
    try:
        return await totals(http, url, COUNTER, by="queue")
    except httpx.HTTPError:
        return None
