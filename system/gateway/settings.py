"""What the gateway is told from outside: whom it calls, and the limits it holds its clients to."""

from ipaddress import ip_network

from limits import parse
from pydantic import Field, field_validator

from system.common.settings import Addresses, ServiceSettings


class GatewaySettings(ServiceSettings):
    """Durations in seconds, sizes in bytes."""

    http_port: int = Field(ge=0, le=65535)
    user_addresses: Addresses
    product_addresses: Addresses
    order_addresses: Addresses
    payment_addresses: Addresses
    broker_url: str
    cache_url: str

    request_timeout_s: float = Field(default=15.0, gt=0)
    """Whatever happens behind the gateway, a client has its answer after this."""
    order_wait_s: float = Field(default=4.0, gt=0)
    """How long POST /orders waits for the decision before it answers 202."""
    order_accept_s: float = Field(default=1.0, gt=0)
    """How long it then takes to have the order written down, so that its Location can be read."""
    saga_timeout_s: float = Field(default=10.0, gt=0)
    """Deadline of completing or cancelling an order, which take several calls of the order service."""
    probe_timeout_s: float = Field(default=1.0, gt=0)
    """Bound on each check of /health/ready."""
    probe_memory_s: float = Field(default=0.5, ge=0)
    """How long such a check is believed: whoever asks, and however often, costs no more."""
    body_limit: int = Field(default=64 * 1024, ge=1024)
    body_timeout_s: float = Field(default=10.0, gt=0)
    """How long a client may take to send a body."""
    head_timeout_s: float = Field(default=10.0, gt=0)
    """How long a new connection, or a request that has begun, may take to send its head."""
    requests_at_once: int = Field(default=2000, ge=1)
    """Requests served at one time; more are told to come back. One whose body is still arriving is not counted."""
    metrics_open: bool = False
    """Whether GET /metrics is answered, to whoever reaches the gateway."""
    login_rate: str = "10/minute"
    """Logins per client address and account, as the package `limits` writes it; throttle.py says what follows from it."""
    hash_rate: str = "60/minute"
    """Logins, registrations and changes that show a password, per client address, whosever account: each costs a hash."""
    trusted_proxies: str = ""
    """Networks of the proxies in front, joined by commas (10.0.0.0/8,127.0.0.1): they alone are believed about X-Forwarded-For.

    Empty: the client is who has connected. Behind a proxy that is not named here all clients are one.
    """

    @field_validator("login_rate", "hash_rate")
    @classmethod
    def _readable(cls, rate: str) -> str:
        parse(rate)
        return rate

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: str) -> str:
        for network in filter(None, networks.split(",")):
            ip_network(network.strip())
        return networks
