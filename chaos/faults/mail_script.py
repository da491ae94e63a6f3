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


CODES = (421, 451, 452, 550, 552, 554)
"""Refusals of RFC 5321, of those that are to be tried again and of those that are not: the server may be wrong about that."""
OF_EACH = 4


def _mail_script(*rules: tuple[dict[str, JsonValue], int | None]) -> Declaration:
    written: list[JsonValue] = [{"match": {}, "times": times, "action": action} for action, times in rules]
    return member(MAIL_SCRIPT, MAILBOX, rules=written)


def mail_refused(codes: tuple[int, ...] = CODES, of_each: int = OF_EACH) -> Declaration:
    """Every mail is refused: with each of these SMTP codes for so many mails, and then with the first."""
    each: list[tuple[dict[str, JsonValue], int | None]] = [({"kind": "reject", "code": code}, of_each) for code in codes]
    return _mail_script(*each, ({"kind": "reject", "code": codes[0]}, None))


def mail_taken_in_silence(times: int) -> Declaration:
    """`times` mails are delivered, and the connection closed without an answer."""
    return _mail_script(({"kind": "drop", "when": "after"}, times))
