"""captures, mails, mail_script: the payment provider's ledger, the mailbox, and the rules that the mail server applied."""

import asyncio

import httpx

from chaos.observations.events import MAIL_DELIVERED, MAIL_SCRIPT_HIT
from chaos.subject.watchers.sources import follow_lines
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

POLL_S = 0.2


async def captures(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """Entries of the payment provider's ledger: events `capture`, `refund`, `decline`, about an order."""
    async for entry in follow_lines(subject.paying, "/ledger/follow", ready):
        recorder.event(str(entry["kind"]), str(entry["reference"]), {"payment_id": entry["payment_id"]})


async def mails(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A mail was delivered to the mailbox: event `mail_delivered`, about an order."""
    async for message in follow_lines(subject.mailing, "/messages/follow", ready):
        recorder.event(MAIL_DELIVERED, str(message["order_id"] or ""), {"message_id": message["message_id"]})


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
