"""What the payment service is told from outside."""

from pydantic import Field

from system.common.settings import Addresses, DatabaseSettings


class PaymentSettings(DatabaseSettings):
    """Where the broker, the payment provider and the notification service are."""

    broker_url: str = Field(pattern="^amqps?://")
    provider_url: str = Field(pattern="^https?://")
    notification_addresses: Addresses
    provider_attempt_s: float = Field(default=2.0, gt=0)
    """Bound on one attempt at the provider, in s; attempts together stay within `call_timeout_s`."""
