"""A sandbox's process: it stops when told to, survives being killed, and says why it cannot start."""

import asyncio
import signal
import socket
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from tests.integration.sandbox.running import SECONDS_TO_START, free_port, running, spawn, until
from tests.integration.sandbox.test_mailbox import confirmation, messages, send
from tests.integration.sandbox.test_provider import Customer

NAMES = ["provider", "mailbox"]


async def refuses_to_start(name: str, **environment: str) -> tuple[int | None, str]:
    """Return the exit status and what was written to stderr."""
    process = await spawn(name, asyncio.subprocess.PIPE, **environment)
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, complaint.decode()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_well_and_frees_its_ports(name: str, with_signal: signal.Signals) -> None:
    async with running(name) as sandbox:
        assert await sandbox.stop(with_signal) == 0
        with pytest.raises(httpx.ConnectError):
            await sandbox.http.get("/health")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", sandbox.smtp_port)


async def test_it_stops_in_the_middle_of_a_delay() -> None:
    async with running("provider") as sandbox:
        action = {"kind": "delay", "ms": 60_000}
        await sandbox.http.post("/script", json={"rules": [{"operation": "get", "action": action}]})
        waiting = asyncio.create_task(sandbox.http.get("/v1/payments/x"))
        await until(sandbox.struck, 5)
        assert await sandbox.stop() == 0
        await asyncio.gather(waiting, return_exceptions=True)


async def test_it_stops_in_the_middle_of_a_mail() -> None:
    async with running("mailbox") as sandbox:
        await sandbox.http.post("/script", json={"rules": [{"action": {"kind": "delay", "ms": 60_000}}]})
        waiting = asyncio.create_task(send(sandbox, confirmation()))
        await until(sandbox.struck, 5)
        assert await sandbox.stop() == 0
        with pytest.raises(aiosmtplib.SMTPException):
            await waiting


async def test_the_provider_remembers_when_it_was_killed(tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.jsonl")
    async with running("provider", journal) as sandbox:
        customer = Customer(sandbox.http)
        payment = await customer.create()
        first = await customer.ask(payment["id"], "capture", key="k")
        ledger = await customer.ledger()
        assert await sandbox.stop(signal.SIGKILL) == -signal.SIGKILL
    async with running("provider", journal) as sandbox:
        customer.http = sandbox.http
        assert await customer.ledger() == ledger
        again = await customer.ask(payment["id"], "capture", key="k")
        assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
        assert (await customer.ask(payment["id"], "capture", key="other")).status_code == 409
        assert await customer.kinds() == ["authorize", "capture"]


async def test_the_mailbox_remembers_when_it_was_killed(tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.jsonl")
    mail = confirmation()
    async with running("mailbox", journal) as sandbox:
        await send(sandbox, mail)
        before = await messages(sandbox)
        await sandbox.stop(signal.SIGKILL)
    async with running("mailbox", journal) as sandbox:
        assert await messages(sandbox) == before
        await send(sandbox, mail)
        assert [message["transmissions"] for message in await messages(sandbox)] == [2]


@pytest.mark.parametrize("name", NAMES)
async def test_a_port_that_is_taken_ends_it(name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        smtp_port = str(free_port())
        status, complaint = await refuses_to_start(name, SANDBOX_HTTP_PORT=port, SANDBOX_SMTP_PORT=smtp_port)
    assert status not in (0, None)
    assert "address already in use" in complaint


async def test_an_smtp_port_that_is_taken_ends_the_mailbox() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, complaint = await refuses_to_start("mailbox", SANDBOX_HTTP_PORT=str(free_port()), SANDBOX_SMTP_PORT=port)
    assert status not in (0, None)
    assert "address already in use" in complaint


@pytest.mark.parametrize("name", NAMES)
async def test_a_missing_port_is_named(name: str) -> None:
    status, complaint = await refuses_to_start(name, SANDBOX_HTTP_PORT="", SANDBOX_SMTP_PORT="")
    assert (status, complaint.splitlines()[-1]) == (
        1,
        f"SANDBOX_{'HTTP' if name == 'provider' else 'SMTP'}_PORT: Field required",
    )


async def test_a_damaged_journal_is_named(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text("garbage\n")
    status, complaint = await refuses_to_start("provider", SANDBOX_HTTP_PORT=str(free_port()), SANDBOX_JOURNAL=str(journal))
    assert status == 1
    assert "journal.jsonl:1 is not a record of this journal" in complaint
    assert "Traceback" not in complaint
