"""The mailbox: mail goes in over SMTP and is read over HTTP."""

import asyncio
import uuid
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from tests.integration.sandbox.running import Sandbox, until


def confirmation(to: str = "ada@shop.example", order_id: str = "order-1") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "shop@shop.example"
    mail["To"] = to
    mail["Subject"] = "Danke für Ihre Bestellung"
    mail["Message-ID"] = f"<{uuid.uuid4()}@shop.example>"
    mail["X-Order-Id"] = order_id
    mail.set_content("Danke für 19,99 €\n..and a dot\n")
    mail.add_alternative("<p>Danke</p>\n", subtype="html")
    return mail


async def send(sandbox: Sandbox, mail: EmailMessage, timeout: float = 10) -> str:  # noqa: ASYNC109 - aiosmtplib's own
    _, reply = await aiosmtplib.send(mail, hostname="127.0.0.1", port=sandbox.smtp_port, start_tls=False, timeout=timeout)
    return reply


async def messages(sandbox: Sandbox, **query: str) -> list[dict[str, Any]]:
    answer = await sandbox.http.get("/messages", params=query)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


async def strike(sandbox: Sandbox, action: dict[str, Any], **fields: Any) -> None:
    answer = await sandbox.http.post("/script", json={"rules": [{"times": 1, "action": action} | fields]})
    assert answer.status_code == 201, answer.text


async def test_a_mail_is_read_as_it_was_sent(mailbox: Sandbox) -> None:
    mail = confirmation()
    await send(mailbox, mail)
    (message,) = await messages(mailbox)
    assert (message["message_id"], message["order_id"]) == (mail["Message-ID"], "order-1")
    assert (message["from"], message["to"], message["transmissions"]) == ("shop@shop.example", "ada@shop.example", 1)
    assert message["subject"] == "Danke für Ihre Bestellung"
    assert (message["text"], message["html"]) == ("Danke für 19,99 €\n..and a dot\n", "<p>Danke</p>\n")
    assert message["headers"]["X-Order-Id"] == "order-1"
    assert (await mailbox.http.get(f"/messages/{message['id']}")).json() == message


async def test_duplicates_are_accepted_and_counted_but_not_delivered(mailbox: Sandbox) -> None:
    mail = confirmation()
    replies = [await send(mailbox, mail) for _ in range(3)]
    assert replies == ["2.0.0 OK"] * 3
    (message,) = await messages(mailbox)
    assert message["transmissions"] == 3


async def test_a_storm_of_duplicates_is_delivered_once(mailbox: Sandbox) -> None:
    mail = confirmation()
    await asyncio.gather(*(send(mailbox, mail) for _ in range(10)))
    (message,) = await messages(mailbox)
    assert message["transmissions"] == 10


async def test_messages_are_filtered(mailbox: Sandbox) -> None:
    await send(mailbox, confirmation("ada@shop.example, bob@shop.example", "order-1"))
    await send(mailbox, confirmation("bob@shop.example", "order-2"))
    assert [m["order_id"] for m in await messages(mailbox, to="BOB@shop.example")] == ["order-1", "order-2"]
    assert [m["to"] for m in await messages(mailbox, order_id="order-1")] == ["ada@shop.example", "bob@shop.example"]
    assert await messages(mailbox, to="ada@shop.example", order_id="order-2") == []


async def test_deleted_messages_are_gone_and_stay_duplicates(mailbox: Sandbox) -> None:
    mail = confirmation()
    await send(mailbox, mail)
    (message,) = await messages(mailbox)
    assert (await mailbox.http.delete("/messages")).status_code == 204
    await send(mailbox, mail)
    assert await messages(mailbox) == []
    answer = await mailbox.http.get(f"/messages/{message['id']}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "message_not_found")


async def test_any_bytes_and_the_null_sender_are_accepted(mailbox: Sandbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.smtp_port, start_tls=False)
    async with client:
        await client.mail("")
        await client.rcpt("ada@shop.example")
        await client.data(b"Subject: \xff\xfe\r\nContent-Type: text/plain; charset=none\r\n\r\n\xff\r\n")
        await client.mail("x@shop.example")  # the session goes on
    (message,) = await messages(mailbox)
    assert message["from"] == "<>"


@pytest.mark.parametrize(("when", "delivered"), [("before", 0), ("after", 1)])
async def test_a_rejected_mail_can_be_sent_again(mailbox: Sandbox, when: str, delivered: int) -> None:
    mail = confirmation()
    await strike(mailbox, {"kind": "reject", "code": 451, "when": when})
    with pytest.raises(aiosmtplib.SMTPDataError) as caught:
        await send(mailbox, mail)
    assert caught.value.code == 451
    assert len(await messages(mailbox)) == delivered
    await send(mailbox, mail)
    (message,) = await messages(mailbox)
    assert message["transmissions"] == 1 + delivered


@pytest.mark.parametrize(("when", "delivered"), [("before", 0), ("after", 1)])
async def test_a_connection_is_dropped_before_or_after_the_delivery(mailbox: Sandbox, when: str, delivered: int) -> None:
    mail = confirmation()
    await strike(mailbox, {"kind": "drop", "when": when})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox, mail)
    assert len(await messages(mailbox)) == delivered
    await send(mailbox, mail)
    (message,) = await messages(mailbox)
    assert message["transmissions"] == 1 + delivered


async def test_a_mail_whose_sender_gave_up_is_delivered_all_the_same(mailbox: Sandbox) -> None:
    mail = confirmation()
    await strike(mailbox, {"kind": "delay", "ms": 500})
    with pytest.raises(aiosmtplib.SMTPException):
        await send(mailbox, mail, timeout=0.1)
    assert await messages(mailbox) == []

    async def delivered() -> bool:
        return bool(await messages(mailbox))

    await until(delivered, 5)


async def test_rules_strike_the_mail_they_name(mailbox: Sandbox) -> None:
    await strike(mailbox, {"kind": "reject", "code": 550}, match={"order_id": "order-2"})
    await send(mailbox, confirmation(order_id="order-1"))
    with pytest.raises(aiosmtplib.SMTPDataError):
        await send(mailbox, confirmation(order_id="order-2"))
    rules = (await mailbox.http.get("/script")).json()["rules"]
    assert [(rule["match"]["order_id"], rule["hits"]) for rule in rules] == [("order-2", 1)]


async def test_a_script_that_makes_no_sense_is_refused(mailbox: Sandbox) -> None:
    rules = [{"action": {"kind": "reject", "code": 200}}]
    answer: httpx.Response = await mailbox.http.post("/script", json={"rules": rules})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
