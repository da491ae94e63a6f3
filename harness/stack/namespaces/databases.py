"""A numbered database of its own on a Redis server. Keys are apart; what a server publishes to its subscribers is not."""

import socket
from collections.abc import Mapping
from typing import ClassVar

from harness.stack.namespaces.parts import NamespaceFailed, Part, Spot, part
from harness.stack.ports import HOST

_ANSWER_S = 10.0


@part
class Database(Part):
    """The stack itself is in database 0, namespace 3 in database 3."""

    kind: ClassVar[str] = "redis"

    def __init__(self, spot: Spot) -> None:
        self._spot = spot

    def make(self) -> None:
        """See Part."""
        self.remove()

    def empty(self) -> None:
        """See Part."""
        self.remove()

    def remove(self) -> None:
        """See Part."""
        try:
            with socket.create_connection((HOST, self._spot.port), _ANSWER_S) as connection:
                connection.sendall(f"SELECT {self._spot.number}\r\nFLUSHDB\r\n".encode())
                with connection.makefile("rb") as lines:
                    answers = [lines.readline().strip(), lines.readline().strip()]
        except OSError as error:
            raise self._failed(str(error)) from error
        if answers != [b"+OK", b"+OK"]:
            raise self._failed(b", ".join(answers).decode(errors="replace"))

    def access(self) -> Mapping[str, str]:
        """See Part."""
        return {"database": str(self._spot.number)}

    def _failed(self, why: str) -> NamespaceFailed:
        return NamespaceFailed(f"database {self._spot.number} of {self._spot.server.name}: {why}")
