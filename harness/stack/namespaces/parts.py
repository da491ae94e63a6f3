"""What a namespace is made of: one part per schema, per virtual host, per Redis database. Each kind of server has its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from harness.stack.errors import StackError
from harness.stack.manifest import AdminAccess, MemberRecord
from harness.stack.view import StackView


class NamespaceFailed(StackError):
    """A part of a namespace could not be made or removed."""


@dataclass(frozen=True)
class Spot:
    """Where a part is: on which server, for which schema ("" where a server has none), in the namespace of which number."""

    view: StackView
    server: MemberRecord
    schema: str
    number: int

    @property
    def name(self) -> str:
        """What the namespace is called, on every server."""
        return f"ns{self.number}"

    @property
    def port(self) -> int:
        """The server's port for clients."""
        return next(iter(self.server.ports.values()))

    @property
    def admin(self) -> AdminAccess:
        """Who may make things on this server. Raises NamespaceFailed when nobody may."""
        try:
            return self.view.manifest.admin[self.server.name]
        except KeyError as error:
            raise NamespaceFailed(f"{self.server.name} cannot have namespaces: nobody may administer it") from error


class Part(Protocol):
    """One part. It is made once, emptied and removed as often as anybody likes."""

    kind: ClassVar[str]  # of the server

    def __init__(self, spot: Spot) -> None: ...

    def make(self) -> None:
        """Make it, empty; should there be one of its name, that is gone. Raises NamespaceFailed."""

    def empty(self) -> None:
        """It has been made: all it holds goes, it stays. Raises NamespaceFailed."""

    def remove(self) -> None:
        """Remove it with all it holds; nothing happens when it is not there. Raises NamespaceFailed."""

    def access(self) -> Mapping[str, str]:
        """The placeholders of an edge's template, but {address}."""


PARTS: dict[str, type[Part]] = {}


def part(cls: type[Part]) -> type[Part]:
    """Class decorator: servers of this kind can have namespaces."""
    PARTS[cls.kind] = cls
    return cls
