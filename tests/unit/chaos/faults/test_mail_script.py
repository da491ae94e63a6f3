"""The mail server follows a rule until it heals, and the rule has to have struck."""

import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from chaos.faults.mail_script import MailScript, mail_refused, mail_taken_in_silence
from harness.experiment import AssumptionError
from tests.unit.harness.faults.specs import declared


class FakeMailbox:
    def __init__(self) -> None:
        self.rules: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/script"
        if request.method == "DELETE":
            self.rules.clear()
            return httpx.Response(204)
        if request.method == "POST":
            self.rules += [rule | {"hits": 0} for rule in json.loads(request.content)["rules"]]
            return httpx.Response(201, json={"rules": self.rules})
        return httpx.Response(200, json={"rules": self.rules})

    @property
    def shop(self) -> Any:
        client = httpx.AsyncClient(base_url="http://mailbox", transport=httpx.MockTransport(self.answer), trust_env=False)
        return SimpleNamespace(mailing=client)


async def test_it_is_in_force_until_it_heals() -> None:
    mailbox, fault = FakeMailbox(), MailScript(declared(mail_refused((452, 554), 3)))
    await fault.assume(mailbox.shop)
    await fault.inject(mailbox.shop)
    written = [(rule["action"]["code"], rule["times"]) for rule in mailbox.rules]
    assert written == [(452, 3), (554, 3), (452, None)]
    await fault.heal(mailbox.shop)
    assert mailbox.rules == []


async def test_it_is_proved_by_mails_that_it_struck() -> None:
    mailbox, fault = FakeMailbox(), MailScript(declared(mail_taken_in_silence(5)))
    await fault.inject(mailbox.shop)
    assert not (await fault.prove(mailbox.shop)).effective
    mailbox.rules[0]["hits"] = 3
    proof = await fault.prove(mailbox.shop)
    assert (proof.effective, proof.detail) == (True, "3 mails met it")


async def test_two_scripts_at_a_time_cannot_be_told_apart() -> None:
    mailbox = FakeMailbox()
    await MailScript(declared(mail_refused())).inject(mailbox.shop)
    with pytest.raises(AssumptionError, match="follows a script already"):
        await MailScript(declared(mail_taken_in_silence(1))).assume(mailbox.shop)
