"""One mail per order, whoever asks, however often, whatever the mail server does."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import httpx
import pytest
from shop.common.v1.money_pb2 import Money
from shop.notification.v1.notification_pb2 import (
    ConfirmationItem,
    SendOrderConfirmationRequest,
    SendOrderConfirmationResponse,
)
from shop.notification.v1.notification_pb2_grpc import NotificationServiceStub

from harness.stack.view import StackView
from system.common.errors import InvalidArgument, Unavailable, from_rpc_error
from tests.integration.shop import Rows

Channels = Callable[..., grpc.aio.Channel]
Schemas = Callable[[str], Rows]


def eur(minor_units: int) -> Money:
    return Money(minor_units=minor_units, currency="EUR")


@pytest.fixture
def request_() -> SendOrderConfirmationRequest:
    return SendOrderConfirmationRequest(
        order_id=str(uuid.uuid4()),
        recipient_email=f"{uuid.uuid4().hex}@shop.example",
        recipient_name="Zoë <b>Müller</b>",
        items=[
            ConfirmationItem(name="Tea & biscuits", quantity=2, unit_price=eur(1250)),
            ConfirmationItem(name="<script>alert(1)</script>", quantity=1, unit_price=eur(123456)),
        ],
        total=eur(125956),
    )


async def send(channel: grpc.aio.Channel, request: SendOrderConfirmationRequest) -> SendOrderConfirmationResponse:
    try:
        return await NotificationServiceStub(channel).SendOrderConfirmation(request, timeout=10)
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error


async def mails(mailbox: httpx.AsyncClient, request: SendOrderConfirmationRequest) -> list[dict[str, Any]]:
    return list((await mailbox.get("/messages", params={"order_id": request.order_id})).json())


async def script(mailbox: httpx.AsyncClient, request: SendOrderConfirmationRequest, **action: Any) -> None:
    rule = {"match": {"order_id": request.order_id}, "times": 1, "action": action}
    assert (await mailbox.post("/script", json={"rules": [rule]})).is_success


async def test_what_the_customer_reads(
    rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest
) -> None:
    sent = await send(rpc("notification"), request_)
    (mail,) = await mails(mailbox, request_)
    assert mail["to"] == request_.recipient_email
    assert mail["message_id"] == sent.message_id == f"<order-{request_.order_id}@shop.example>"
    assert mail["subject"] == f"Your order {request_.order_id[:8].upper()} is confirmed"
    assert mail["headers"]["From"] == "Gauntlet Shop <orders@shop.example>"
    assert mail["headers"]["X-Order-Id"] == request_.order_id
    assert "Thank you, Zoë <b>Müller</b>!" in mail["text"]
    assert "2 x Tea & biscuits" in mail["text"]
    assert "Total: 1,259.56 EUR" in mail["text"]
    assert "Zoë &lt;b&gt;Müller&lt;/b&gt;" in mail["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in mail["html"]
    assert "<script" not in mail["html"]
    assert "1,259.56 EUR" in mail["html"]


async def test_asked_again_the_answer_is_the_same_and_no_mail_leaves(
    rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest
) -> None:
    first = await send(rpc("notification"), request_)
    assert await send(rpc("notification"), request_) == first
    (mail,) = await mails(mailbox, request_)
    assert mail["transmissions"] == 1


async def test_asked_from_all_sides_at_once_one_mail_leaves(
    stack: StackView, rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest
) -> None:
    await script(mailbox, request_, kind="delay", ms=1000)
    channels = [rpc("notification", n + 1) for n in range(len(stack.instances("notification")))]
    answers = await asyncio.gather(*(send(channel, request_) for channel in channels * 8), return_exceptions=True)
    refused = [a for a in answers if isinstance(a, BaseException)]
    assert all(isinstance(a, Unavailable) and a.retry_after_s for a in refused)
    assert refused, "they did not come at once"
    sent, *late = [a for a in answers if not isinstance(a, BaseException)]
    assert all(a == sent for a in late), "who comes when the mail has left is told of that mail"
    (mail,) = await mails(mailbox, request_)
    assert mail["transmissions"] == 1
    assert (await send(rpc("notification"), request_)).message_id == mail["message_id"]


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"kind": "reject", "code": 451}, "UNAVAILABLE"),
        ({"kind": "reject", "code": 550}, "MAIL_REJECTED"),
        ({"kind": "drop"}, "UNAVAILABLE"),
        ({"kind": "drop", "when": "after"}, "UNAVAILABLE"),
        ({"kind": "delay", "ms": 5000}, "UNAVAILABLE"),
    ],
)
async def test_a_mail_not_taken_is_said_to_be_and_can_be_sent_at_once_again(
    rpc: Channels,
    mailbox: httpx.AsyncClient,
    request_: SendOrderConfirmationRequest,
    mysql: Schemas,
    action: dict[str, Any],
    reason: str,
) -> None:
    await script(mailbox, request_, **action)
    with pytest.raises(Unavailable) as no:
        await send(rpc("notification"), request_)
    assert no.value.code == reason
    (row,) = mysql("notification")("SELECT state FROM confirmations WHERE order_id = %s", request_.order_id)
    assert row["state"] == "PENDING"
    await send(rpc("notification"), request_)
    assert len(await mails(mailbox, request_)) == 1


async def test_the_claim_of_a_sender_that_died_ends_with_its_lease(
    rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest, mysql: Schemas
) -> None:
    rows = mysql("notification")
    rows(
        "INSERT INTO confirmations (order_id, recipient, message_id, state, attempts, claimed_until) VALUES"
        " (%s, 'a@b.example', %s, 'SENDING', 1, TIMESTAMPADD(HOUR, 1, UTC_TIMESTAMP(6)))",
        request_.order_id,
        f"<order-{request_.order_id}@shop.example>",
    )
    with pytest.raises(Unavailable):
        await send(rpc("notification"), request_)
    rows("UPDATE confirmations SET claimed_until = UTC_TIMESTAMP(6) WHERE order_id = %s", request_.order_id)
    await send(rpc("notification"), request_)
    (mail,) = await mails(mailbox, request_)
    assert mail["to"] == request_.recipient_email


@pytest.mark.parametrize("email", ["ada@xn--exmple-cua.example", "o'neil+tag@sub.shop.example"])
async def test_addresses_of_all_the_world(
    rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest, email: str
) -> None:
    request_.recipient_email = email
    await send(rpc("notification"), request_)
    assert len(await mails(mailbox, request_)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_id", ""),
        ("order_id", "x\r\nBcc: thief@shop.example"),
        ("recipient_email", ""),
        ("recipient_email", "no-at-sign"),
        ("recipient_email", "a@b.example, thief@shop.example"),
        ("recipient_email", "a@b.example\r\nBcc: thief@shop.example"),
        ("recipient_email", "a" * 300 + "@b.example"),
        ("recipient_email", "zoë@shop.example"),
        ("recipient_email", "=?utf-8?q?thief?=@shop.example"),
    ],
)
async def test_what_is_malformed_is_refused(
    rpc: Channels, request_: SendOrderConfirmationRequest, field: str, value: str
) -> None:
    setattr(request_, field, value)
    with pytest.raises(InvalidArgument):
        await send(rpc("notification"), request_)


async def test_nobody_writes_lines_of_his_own(
    rpc: Channels, mailbox: httpx.AsyncClient, request_: SendOrderConfirmationRequest
) -> None:
    request_.recipient_name = "Ada\r\nBcc: thief@shop.example\r\n\r\nYou have won"
    request_.items[0].name = "Tea\n\nTotal: 0.00 EUR"
    await send(rpc("notification"), request_)
    (mail,) = await mails(mailbox, request_)
    assert "Bcc" not in mail["headers"]
    assert "Ada Bcc: thief@shop.example You have won" in mail["text"]
    assert "\nTotal: 0.00 EUR" not in mail["text"]


async def test_no_items(rpc: Channels, request_: SendOrderConfirmationRequest) -> None:
    request_.ClearField("items")
    with pytest.raises(InvalidArgument):
        await send(rpc("notification"), request_)
