"""strikes: the mail server did to a mail what its script says: event `mail_struck`, once for each mail.

By the sandbox's own count of its rules' hits; which mail it was the count does not tell.
"""

import asyncio

import httpx

from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

STRUCK = "mail_struck"
POLL_S = 0.2


async def strikes(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""
    before = 0
    while True:
        try:
            report = (await subject.mailing.get("/script")).raise_for_status().json()
        except httpx.HTTPError:
            await asyncio.sleep(POLL_S)  # it is down, on purpose perhaps
            continue
        before, new = risen(before, sum(int(rule["hits"]) for rule in report["rules"]))
        for _ in range(new):
            recorder.event(STRUCK)
        ready.set()
        await asyncio.sleep(POLL_S)


def risen(before: int, now: int) -> tuple[int, int]:
    """The count to remember, and how many are new; a count that fell began anew with another script."""
    return now, now - before if now >= before else now
