"""mail_script: the mail server did to a mail what its script says, by the sandbox's own count of its rules' hits."""

import asyncio

import httpx

from chaos.observations.events import MAIL_SCRIPT_HIT
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

POLL_S = 0.2


async def mail_script(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """The mail server did to a mail what its script says: event `mail_script_hit`, once for each mail."""
    before = 0
    while True:
        try:
            report = (await subject.mailing.get("/script")).raise_for_status().json()
        except httpx.HTTPError:
            await asyncio.sleep(POLL_S)  # it is down, on purpose perhaps
            continue
        before, new = risen(before, sum(int(rule["hits"]) for rule in report["rules"]))
        for _ in range(new):
            recorder.event(MAIL_SCRIPT_HIT)
        ready.set()
        await asyncio.sleep(POLL_S)


def risen(before: int, now: int) -> tuple[int, int]:
    """The count to remember, and how many are new; a count that fell began anew with another script."""
    return now, now - before if now >= before else now
