from typing import cast

from shop.common.v1.money_pb2 import Money as MoneyMessage
from shop.notification.v1.notification_pb2 import ConfirmationItem, SendOrderConfirmationRequest

from system.common.rpc_server import Context
from system.notification.domain import Item, Money
from system.notification.rpc import NotificationRpc, to_domain
from tests.unit.system.notification.fakes import CONFIRMATION, ORDER
from tests.unit.system.notification.test_handlers import World


def eur(minor_units: int) -> MoneyMessage:
    return MoneyMessage(minor_units=minor_units, currency="EUR")


REQUEST = SendOrderConfirmationRequest(
    order_id=ORDER,
    recipient_email="ada@shop.example",
    recipient_name="Ada",
    items=[
        ConfirmationItem(name="Tea", quantity=2, unit_price=eur(1250)),
        ConfirmationItem(name="Pot", quantity=1, unit_price=eur(123456)),
    ],
    total=eur(125956),
)


def test_a_request() -> None:
    assert to_domain(REQUEST) == CONFIRMATION


def test_names_are_put_on_one_line() -> None:
    request = SendOrderConfirmationRequest(recipient_name="A\r\nB", items=[ConfirmationItem(name="C\nD")])
    wanted = to_domain(request)
    assert (wanted.name, wanted.items) == ("A B", (Item("C D", 0, Money(0, "")),))


async def test_the_call() -> None:
    answer = await NotificationRpc(World().confirmations).SendOrderConfirmation(REQUEST, cast(Context, None))
    assert answer.message_id == CONFIRMATION.message_id
    assert answer.sent_at.ToJsonString() == "2026-01-01T00:00:00Z"
