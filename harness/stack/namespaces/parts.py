"""What a namespace is made of: one part per schema, per virtual host, per Redis database. One class per kind of server."""

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
    """The server, schema ("" where a server has none) and namespace number of a part."""

    view: StackView
    server: MemberRecord
    schema: str
    number: int

    @property
    def name(self) -> str:
        """The name of the namespace, on every server."""
        return f"ns{self.number}"

    @property
    def port(self) -> int:
        """The server's port for clients."""
        return next(iter(self.server.ports.values()))

    @property
    def admin(self) -> AdminAccess:
        """The administrator's account on this server. Raises NamespaceFailed when there is none."""
        try:
            return self.view.manifest.admin[self.server.name]
        except KeyError as error:
            raise NamespaceFailed(f"{self.server.name} cannot have namespaces: nobody may administer it") from error


class Part(Protocol):
    """One part. Emptying and removing may be repeated."""

    kind: ClassVar[str]  # of the server

    def __init__(self, spot: Spot) -> None: ...

    def make(self) -> None:
        """Make it, empty; one of the same name is removed first. Raises NamespaceFailed."""

    def empty(self) -> None:
        """Remove its contents. It must have been made. Raises NamespaceFailed."""

    def remove(self) -> None:
        """Remove it with its contents; no effect when it does not exist. Raises NamespaceFailed."""

    def access(self) -> Mapping[str, str]:
        """The placeholders of an edge's template, but {address}."""


PARTS: dict[str, type[Part]] = {}


def part(cls: type[Part]) -> type[Part]:
    """Class decorator: servers of this kind can have namespaces."""
    PARTS[cls.kind] = cls
    return cls
