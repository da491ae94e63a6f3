"""mail_script: the customers' mail server misbehaves by rules of its own: rejects, delays, or hangs up without an answer.

Rules are those of the mailbox sandbox (POST /script). Proved by how many mails they struck.
"""

from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any, Protocol

import httpx

from harness.experiment import AssumptionError, Proof

SCRIPT = "/script"


class HasMailbox(Protocol):
    """A subject with a mail server of the sandbox's kind."""

    @property
    def mailing(self) -> httpx.AsyncClient:
        """Its HTTP side."""


class MailScript:
    """One rule, in force for every mail until it heals, or for the first `times` of them."""

    target = "mailbox"

    def __init__(self, action: Mapping[str, Any], times: int | None) -> None:
        self._rule = {"match": {}, "times": times, "action": dict(action)}

    async def assume(self, subject: HasMailbox) -> None:
        """See Fault."""
        report = (await subject.mailing.get(SCRIPT)).raise_for_status().json()
        if report["rules"]:
            raise AssumptionError("the mailbox follows a script already")

    async def inject(self, subject: HasMailbox) -> None:
        """See Fault."""
        (await subject.mailing.post(SCRIPT, json={"rules": [self._rule]})).raise_for_status()

    async def prove(self, subject: HasMailbox) -> Proof:
        """See Fault."""
        report = (await subject.mailing.get(SCRIPT)).raise_for_status().json()
        hits = sum(rule["hits"] for rule in report["rules"])
        return Proof(effective=hits > 0, detail=f"{hits} mails met it")

    async def heal(self, subject: HasMailbox) -> str:
        """See Fault."""
        (await subject.mailing.delete(SCRIPT)).raise_for_status()
        return "the mailbox follows no script"


def mail_refused(code: int = 451) -> Callable[[Random], MailScript]:
    """Every mail is refused with an SMTP code."""
    return lambda _random: MailScript({"kind": "reject", "code": code}, None)


def mail_taken_in_silence(times: int) -> Callable[[Random], MailScript]:
    """So many mails are delivered, and the connection is closed before anybody is told so."""
    return lambda _random: MailScript({"kind": "drop", "when": "after"}, times)
