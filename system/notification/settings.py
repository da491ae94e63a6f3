"""What the notification service is told from outside."""

from pydantic import Field

from system.common.email_address import PATTERN
from system.common.settings import DatabaseSettings


class NotificationSettings(DatabaseSettings):
    """Where the mail server is, and who writes."""

    smtp_address: str = Field(pattern=r"^[^,\s]+:\d+$")
    smtp_timeout_s: float = Field(default=3.0, gt=0)
    """Bound on handing one mail to the server, in s, where the caller's deadline is not nearer."""
    shop_name: str = Field(default="Gauntlet Shop", min_length=1, max_length=60, pattern=r"^[^\r\n]+$")
    shop_email: str = Field(default="orders@shop.example", pattern=PATTERN)
