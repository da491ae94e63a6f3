"""What may be asked for: a proxy, or a change of one. The server and our client speak of the same.

Every name that can be created can be addressed, as one segment of a URL's path. A real Toxiproxy creates `a/b` and then never
finds it again, as its router decodes %2F before it splits a path; clients resolve the segments `.` and `..` themselves.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProxyRequest:
    """A proxy to be made. Raises ValueError for a name that could not be addressed."""

    name: str
    listen: str
    upstream: str
    enabled: bool = True

    def __post_init__(self) -> None:
        require_addressable(self.name)


@dataclass(frozen=True)
class ProxyChange:
    """What is to change about a proxy; None stays as it is."""

    listen: str | None = None
    upstream: str | None = None
    enabled: bool | None = None


def require_addressable(name: str) -> None:
    """Raises ValueError unless a proxy or a toxic of this name can be asked for by its path."""
    if "/" in name or name in (".", ".."):
        raise ValueError(f"the name '{name}' could not be addressed: it must not contain '/', nor be '.' or '..'")
