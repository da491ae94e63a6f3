"""The SMTP side leaves nothing behind when it stops, also within a process that lives on."""

import asyncio

import aiosmtplib
import pytest

from system.sandbox import clock
from system.sandbox.journal import NoJournal
from system.sandbox.mailbox.box import Mailbox, Record
from system.sandbox.mailbox.rules import MailRule
from system.sandbox.mailbox.smtp import Reception, listening
from system.sandbox.script import Script
from tests.integration.sandbox.running import free_port, until
from tests.integration.sandbox.test_mailbox import confirmation


async def test_stopping_closes_idle_connections() -> None:
    port = free_port()
    async with listening(Reception(Mailbox(NoJournal[Record](), clock.now, str), Script()), port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.readline()).startswith(b"220 ")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_stopping_gives_up_what_is_unfinished() -> None:
    port, script = free_port(), Script[MailRule]()
    script.extend([MailRule.model_validate({"action": {"kind": "delay", "ms": 60_000}})])
    mailbox = Mailbox(NoJournal[Record](), clock.now, str)
    before = asyncio.all_tasks()

    async def struck() -> bool:
        return script.report()[0][1] == 1

    async with listening(Reception(mailbox, script), port):
        mail = confirmation()
        sending = asyncio.create_task(aiosmtplib.send(mail, hostname="127.0.0.1", port=port, start_tls=False))
        await until(struck, 5)
    with pytest.raises(aiosmtplib.SMTPException):
        await sending

    async def nothing_runs() -> bool:
        return asyncio.all_tasks() <= before

    await until(nothing_runs, 5)
    assert mailbox.messages() == []
