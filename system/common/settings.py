"""What every process of the shop is told from outside, parsed once and frozen.

Settings come from the environment (the twelve-factor way); a missing or malformed one stops the process at start with a
message that names it. Each service extends `ServiceSettings` in its own settings.py.
"""

import socket
from ipaddress import IPv4Address
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def is_ipv4(host: str) -> bool:
    """Whether a host is written as an address, not as a name."""
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def _resolvable(addresses: str) -> str:
    hosts = [address.rpartition(":")[0] for address in addresses.split(",")]
    if len(hosts) > 1 and not all(map(is_ipv4, hosts)):
        raise ValueError("several instances are named by their IPv4 addresses, or all of them by one name that resolves to all")
    return addresses


Addresses = Annotated[str, NoDecode, Field(pattern=r"^[^,\s]+:\d+(,[^,\s]+:\d+)*$"), AfterValidator(_resolvable)]
"""Where the instances of a callee are: ip:port of each, joined by commas, or name:port for all that the name resolves to."""


class ServiceSettings(BaseSettings):
    """What all services share. Durations carry their unit in the name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    instance: str = Field(default_factory=socket.gethostname)
    """Name of this instance, unique among those that run at one time; a container has a host name of its own."""
    bind_host: str = "127.0.0.1"
    """The address that every port of this process is bound to; containers are told 0.0.0.0."""
    grpc_port: int = Field(default=0, ge=0, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    service_token: SecretStr = SecretStr("")
    """What services show each other. Empty: nothing is shown, and calls are taken from whoever reaches the port."""
    service_token_required: bool = True
    """Whether a call without the token is refused: not while callers of before 0.2, which show none, are being replaced."""
    grpc_reflection: bool = False
    """Whether the gRPC server describes its services to whoever asks, token or not."""
    log_level: str = "INFO"
    otlp_endpoint: str = ""
    """Where traces go (OTLP over gRPC); empty: trace ids appear in the logs only."""
    call_timeout_s: float = Field(default=5.0, gt=0)
    """Deadline of an outgoing call where the caller's own deadline is not nearer."""
    connection_age_s: float = Field(default=60.0, ge=1)
    """How long a caller may keep one connection: callers look a name up again when they connect, and so find new instances."""
    drain_timeout_s: float = Field(default=7.0, gt=0)
    """How long a stopping instance may finish what it has begun, in all: less than the 10 s after which it is killed."""

    @classmethod
    def parse(cls) -> Self:
        """Read the environment. Raises SystemExit with a message naming every missing or malformed variable."""
        try:
            return cls()
        except ValidationError as error:
            faults = "\n".join(f"  {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise SystemExit(f"{cls.__name__}: the environment does not hold what this process needs:\n{faults}") from None


class DatabaseSettings(ServiceSettings):
    """Adds the service's own schema."""

    database_url: str
    """SQLAlchemy address, mysql+asyncmy://user:password@host:port/schema."""
    database_pool: int = Field(default=10, ge=1)
    database_timeout_s: float = Field(default=3.0, gt=0)
    """Bound on connecting and on waiting for a pooled connection."""
    retention_s: float = Field(default=30 * 24 * 3600, gt=0)
    """How long rows are kept that only say what was: ended sagas and their steps, drawn and refused fencing tokens, the inbox.

    Longer than any message may be delivered again.
    """
    database_transaction_s: float = Field(default=10.0, gt=0)
    """Bound on a transaction as a whole: a server that answers nothing is unavailable, and its connection is given up."""
    database_recycle_s: int = Field(default=300, ge=1)
    """How old a connection becomes: so long an instance may keep to a server whose name stands for another one since."""
