"""The confirmation as a mail: subject, text and HTML from templates.

Values reach the HTML escaped and headers through EmailMessage, which refuses line breaks; names are put on one line first.
The Message-ID is the same for every attempt of one order.
"""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from system.notification.domain import Confirmation

TEMPLATES = "order_confirmation"


class MailWriter:
    """Writes mails in the name of the shop."""

    def __init__(self, shop_name: str, shop_email: str) -> None:
        self._shop_name = shop_name
        self._sender = str(Address(shop_name, addr_spec=shop_email))
        environment = Environment(
            loader=PackageLoader("system.notification"),
            autoescape=select_autoescape(("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._text = environment.get_template(f"{TEMPLATES}.txt.j2")
        self._html = environment.get_template(f"{TEMPLATES}.html.j2")

    def write(self, confirmation: Confirmation) -> EmailMessage:
        """The mail for a confirmation."""
        values = {"confirmation": confirmation, "shop": self._shop_name, "number": number(confirmation)}
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = confirmation.recipient
        mail["Subject"] = f"Your order {number(confirmation)} is confirmed"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = confirmation.message_id
        mail["X-Order-Id"] = confirmation.order_id
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self._text.render(values))
        mail.add_alternative(self._html.render(values), subtype="html")
        return mail


def number(confirmation: Confirmation) -> str:
    """What people call the order: the first eight digits of its id."""
    return confirmation.order_id[:8].upper()
