"""What the order service is told from outside."""

from pydantic import Field

from system.common.settings import Addresses, DatabaseSettings


class OrderSettings(DatabaseSettings):
    """Addresses, and the times that rule an order's life (s)."""

    broker_url: str
    lock_url_1: str
    lock_url_2: str
    lock_url_3: str
    product_addresses: Addresses
    payment_addresses: Addresses
    reservation_ttl_s: float = Field(default=300, gt=0)
    """How long an order may await its payment."""
    batch_size: int = Field(default=100, ge=1, le=500)
    """Orders placed under one lock."""
    lock_ttl_s: float = Field(default=8, gt=0)
    lock_wait_s: float = Field(default=4, gt=0)
    saga_lease_s: float = Field(default=15, gt=0)
    expiry_poll_s: float = Field(default=0.5, gt=0)
    answer_margin_s: float = Field(default=0.5, ge=0)
    """How long before the caller's deadline an unfinished saga is answered with `in_progress`."""
