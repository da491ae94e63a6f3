"""The composition root of the notification service: `python -m system.notification`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shop.notification.v1.notification_pb2_grpc import add_NotificationServiceServicer_to_server

from system.common import database
from system.common.rpc_server import Servicer
from system.common.service import Composition, run
from system.notification.clients import MailServer
from system.notification.handlers import Confirmations
from system.notification.mail import MailWriter
from system.notification.rpc import NotificationRpc
from system.notification.settings import NotificationSettings
from system.notification.store import ConfirmationStore

FULL_NAME = "shop.notification.v1.NotificationService"


@asynccontextmanager
async def compose(settings: NotificationSettings) -> AsyncIterator[Composition]:
    """Open what the service needs and put it together."""
    writer = MailWriter(settings.shop_name, settings.shop_email)
    async with database.connect(settings) as db:
        confirmations = Confirmations(
            db,
            ConfirmationStore(),
            MailServer(settings.smtp_address),
            writer.write,
            smtp_timeout_s=settings.smtp_timeout_s,
        )
        servicer = Servicer(add_NotificationServiceServicer_to_server, NotificationRpc(confirmations), FULL_NAME)
        yield Composition(servicers=[servicer], needs=[db.ping])


if __name__ == "__main__":
    run("notification", NotificationSettings.parse(), compose)
