"""What a sandbox is told through its environment, parsed once and never changed afterwards."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = "127.0.0.1"
Port = Annotated[int, Field(ge=1, le=65535)]


class SandboxSettings(BaseSettings):
    """`SANDBOX_HTTP_PORT` is where the sandbox answers; `SANDBOX_JOURNAL` the file it remembers in, unset for none.

    `BIND_HOST` is the address its ports are bound to, the same setting as the shop's.
    """

    model_config = SettingsConfigDict(frozen=True, env_prefix="SANDBOX_", env_ignore_empty=True, extra="ignore")

    http_port: Port
    journal: Path | None = None
    bind_host: str = Field(default=LOOPBACK, validation_alias="BIND_HOST")


SettingsT = TypeVar("SettingsT", bound=SandboxSettings)


def read_settings(kind: type[SettingsT]) -> SettingsT:
    """Parse the environment; ends the process with a line per bad variable when it does not say enough."""
    try:
        return kind()
    except ValidationError as error:
        complaints = (f"SANDBOX_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise SystemExit("\n".join(complaints)) from None
