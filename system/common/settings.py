"""What every process of the shop is told from outside, parsed once and frozen.

Settings come from the environment (the twelve-factor way); a missing or malformed one stops the process at start with a
message that names it. Each service extends `ServiceSettings` in its own settings.py.
"""

from typing import Annotated, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Addresses = Annotated[str, NoDecode, Field(pattern=r"^[^,\s]+:\d+(,[^,\s]+:\d+)*$")]
"""host:port of every instance of a callee, joined by commas."""


class ServiceSettings(BaseSettings):
    """What all services share. Durations carry their unit in the name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    instance: str = "local-1"
    """Name of this instance, unique among those that run at one time."""
    grpc_port: int = Field(default=0, ge=0, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    log_level: str = "INFO"
    otlp_endpoint: str = ""
    """Where traces go (OTLP over gRPC); empty: trace ids appear in the logs only."""
    call_timeout_s: float = Field(default=5.0, gt=0)
    """Deadline of an outgoing call where the caller's own deadline is not nearer."""
    drain_timeout_s: float = Field(default=5.0, gt=0)
    """How long a stopping instance may finish what it has begun."""

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
