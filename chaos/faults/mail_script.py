"""mail_script: the mailbox sandbox rejects mails, delays them, or closes the connection without an answer, by rules.

Rules are those of its POST /script. Proved by how many mails they were applied to.
"""

from typing import Protocol

import httpx
from pydantic import JsonValue

from harness.experiment import AssumptionError, Proof
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

MAIL_SCRIPT = "mail_script"
MAILBOX = "mailbox"
SCRIPT = "/script"


class HasMailbox(Protocol):
    """A subject with the mailbox sandbox."""

    @property
    def mailing(self) -> httpx.AsyncClient:
        """A client of the sandbox's HTTP API."""


@fault_kind(MAIL_SCRIPT)
class MailScript:
    """Rules, each applied to every mail until it heals, or to the first `times`."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self._rules = spec.parameters["rules"]

    async def assume(self, subject: HasMailbox) -> None:
        """See Fault."""
        report = (await subject.mailing.get(SCRIPT)).raise_for_status().json()
        if report["rules"]:
            raise AssumptionError("the mailbox follows a script already")

    async def inject(self, subject: HasMailbox) -> None:
        """See Fault."""
        (await subject.mailing.post(SCRIPT, json={"rules": self._rules})).raise_for_status()

    async def prove(self, subject: HasMailbox) -> Proof:
        """See Fault."""
        report = (await subject.mailing.get(SCRIPT)).raise_for_status().json()
        hits = sum(rule["hits"] for rule in report["rules"])
        return Proof(effective=hits > 0, detail=f"{hits} mails met it")

    async def heal(self, subject: HasMailbox) -> str:
        """See Fault."""
        (await subject.mailing.delete(SCRIPT)).raise_for_status()
        return "the mailbox follows no script"


def _mail_script(action: dict[str, JsonValue], times: int | None) -> Declaration:
    return member(MAIL_SCRIPT, MAILBOX, rules=[{"match": {}, "times": times, "action": action}])


def mail_refused(code: int = 451) -> Declaration:
    """Every mail is refused with an SMTP code."""
    return _mail_script({"kind": "reject", "code": code}, None)


def mail_taken_in_silence(times: int) -> Declaration:
    """`times` mails are delivered, and the connection closed without an answer."""
    return _mail_script({"kind": "drop", "when": "after"}, times)
