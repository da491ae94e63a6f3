"""mail_script: rules of the mail server's script were applied, by the sandbox's own count."""

import asyncio

import httpx

from chaos.observations.events import MAIL_SCRIPT_HIT
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

POLL_S = 0.2


async def mail_script(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A rule of the mail server's script was applied: event `mail_script_hit`, once for each mail."""
    before = 0
    while True:
        try:
            report = (await subject.mailing.get("/script")).raise_for_status().json()
        except httpx.HTTPError:
            await asyncio.sleep(POLL_S)  # it may be down by a fault
            continue
        before, new = risen(before, sum(int(rule["hits"]) for rule in report["rules"]))
        for _ in range(new):
            recorder.event(MAIL_SCRIPT_HIT)
        ready.set()
        await asyncio.sleep(POLL_S)


def risen(before: int, now: int) -> tuple[int, int]:
    """The count to remember, and how many are new; a count that fell is that of a new script."""
    return now, now - before if now >= before else now
