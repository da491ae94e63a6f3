"""What a server holds, as it was when the stack was new and as it is now. One class per kind of server."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from harness.stack.errors import StackError
from harness.stack.manifest import AdminAccess, MemberRecord
from harness.stack.view import StackView


class NotClean(StackError):
    """A stack differs from its state when new, or cannot be compared; says what differs."""


class Contents(Protocol):
    """The data of one server."""

    kind: ClassVar[str]  # of the server

    def __init__(self, view: StackView, server: MemberRecord) -> None: ...

    def remember(self) -> None:
        """Record the current data (migrations, first accounts, queues) as those of a new stack. Raises NotClean."""

    def restore(self) -> None:
        """Restore the recorded data. Raises NotClean."""

    def left(self) -> Sequence[str]:
        """Differences from the recorded data; empty when there are none. Raises NotClean."""


CONTENTS: dict[str, type[Contents]] = {}


def contents(cls: type[Contents]) -> type[Contents]:
    """Class decorator: servers of this kind can be reset."""
    CONTENTS[cls.kind] = cls
    return cls


def administered(view: StackView, server: MemberRecord) -> AdminAccess:
    """The administrator's account on a server. Raises NotClean when there is none."""
    try:
        return view.manifest.admin[server.name]
    except KeyError as error:
        raise NotClean(f"{server.name} cannot be reset: nobody may administer it") from error
