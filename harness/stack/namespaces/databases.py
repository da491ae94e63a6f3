"""A numbered database on a Redis server. Keys are isolated; published messages are not."""

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
        import redis  # slow to import, and needed for namespaces only

        try:
            with redis.Redis(
                HOST, self._spot.port, self._spot.number, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S
            ) as client:
                client.flushdb()
        except redis.RedisError as error:
            what = f"database {self._spot.number} of {self._spot.server.name}"
            raise NamespaceFailed(f"{what}: {error}") from error

    def access(self) -> Mapping[str, str]:
        """See Part."""
        return {"database": str(self._spot.number)}
