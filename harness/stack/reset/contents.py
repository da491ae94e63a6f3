"""What a server holds, as it was when the stack was new and as it is now. Each kind of server has its own."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from harness.stack.errors import StackError
from harness.stack.manifest import AdminAccess, MemberRecord
from harness.stack.view import StackView


class NotClean(StackError):
    """A stack cannot be shown to be as it was when it was new; says what is left."""


class Contents(Protocol):
    """All that one server holds of one stack."""

    kind: ClassVar[str]  # of the server

    def __init__(self, view: StackView, server: MemberRecord) -> None: ...

    def remember(self) -> None:
        """What it holds now (migrations, first accounts, queues) is what it holds when the stack is new. Raises NotClean."""

    def restore(self) -> None:
        """Remove what was not there when the stack was new, and put back what was. Raises NotClean."""

    def left(self) -> Sequence[str]:
        """In which ways it differs from when the stack was new; empty when it does not. Raises NotClean."""


CONTENTS: dict[str, type[Contents]] = {}


def contents(cls: type[Contents]) -> type[Contents]:
    """Class decorator: servers of this kind can be reset."""
    CONTENTS[cls.kind] = cls
    return cls


def administered(view: StackView, server: MemberRecord) -> AdminAccess:
    """Who may see and change everything on a server. Raises NotClean when nobody may."""
    try:
        return view.manifest.admin[server.name]
    except KeyError as error:
        raise NotClean(f"{server.name} cannot be reset: nobody may administer it") from error
