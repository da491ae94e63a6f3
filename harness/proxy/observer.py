"""Who watches the bytes go by: the place where faults triggered by events in a protocol attach.

An observer sees everything before any toxic does. It runs inside the data path: it must be quick and never wait. While a
proxy has no observer, its bytes are not looked at at all.
"""

from dataclasses import dataclass
from typing import Protocol

from harness.proxy.direction import Direction


@dataclass(frozen=True)
class ConnectionId:
    """A connection through a proxy; they are numbered from 1 as they are accepted."""

    proxy: str
    number: int


class Observer(Protocol):
    """Is told about the connections of one proxy that are opened after it was attached."""

    def opened(self, connection: ConnectionId) -> None:
        """A client was accepted and the upstream is being dialled; no byte has passed yet."""

    def chunk(self, connection: ConnectionId, direction: Direction, data: bytes) -> None:
        """Bytes arrived from one side, cut as the network happened to cut them."""

    def closed(self, connection: ConnectionId) -> None:
        """It is over, also when the upstream could not be reached."""
