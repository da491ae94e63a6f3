"""shop.notification.v1 on the wire: messages to and from the domain, nothing else."""

from google.protobuf.timestamp_pb2 import Timestamp
from shop.common.v1 import money_pb2
from shop.notification.v1 import notification_pb2
from shop.notification.v1.notification_pb2_grpc import NotificationServiceServicer

from system.common.rpc_server import Context
from system.notification.domain import Confirmation, Item, Money, one_line
from system.notification.handlers import Confirmations


class NotificationRpc(NotificationServiceServicer):
    """The servicer."""

    def __init__(self, confirmations: Confirmations) -> None:
        self._confirmations = confirmations

    async def SendOrderConfirmation(
        self, request: notification_pb2.SendOrderConfirmationRequest, context: Context
    ) -> notification_pb2.SendOrderConfirmationResponse:
        """Mail the confirmation of a paid order."""
        sent = await self._confirmations.send(to_domain(request))
        sent_at = Timestamp()
        sent_at.FromDatetime(sent.sent_at)
        return notification_pb2.SendOrderConfirmationResponse(sent_at=sent_at, message_id=sent.message_id)


def to_domain(request: notification_pb2.SendOrderConfirmationRequest) -> Confirmation:
    """A request as the domain knows it; names are put on one line."""
    return Confirmation(
        order_id=request.order_id,
        recipient=request.recipient_email,
        name=one_line(request.recipient_name),
        items=tuple(Item(one_line(i.name), i.quantity, _money(i.unit_price)) for i in request.items),
        total=_money(request.total),
    )


def _money(money: money_pb2.Money) -> Money:
    return Money(money.minor_units, money.currency)
