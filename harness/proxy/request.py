"""What may be asked for: a proxy, or a change of one. The server and our client speak of the same."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProxyRequest:
    """A proxy that somebody wants."""

    name: str
    listen: str
    upstream: str
    enabled: bool = True


@dataclass(frozen=True)
class ProxyChange:
    """What is to change about a proxy; None stays as it is."""

    listen: str | None = None
    upstream: str | None = None
    enabled: bool | None = None
