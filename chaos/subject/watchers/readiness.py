"""readiness: what each gateway answers to GET /health/ready, to record whether the shop says that it cannot serve."""

import asyncio

import httpx

from chaos.observations.events import NOT_READY, READY_AGAIN
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

POLL_S = 0.5
TIMEOUT_S = 5.0
REFUSED = 503


async def readiness(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A gateway ceased to be ready, by its own word, or is ready again: events `not_ready`, `ready_again`, about it.

    A gateway that gives no answer says nothing.
    """
    names = [member.name for member in subject.stack.instances("gateway")]
    said = dict.fromkeys(names, True)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
        while True:
            for name in names:
                try:
                    answer = await http.get(f"http://{subject.stack.address(name, 'http')}/health/ready")
                except httpx.HTTPError:
                    continue
                if (fine := answer.status_code != REFUSED) != said[name]:
                    said[name] = fine
                    recorder.event(READY_AGAIN if fine else NOT_READY, name)
            ready.set()
            await asyncio.sleep(POLL_S)
