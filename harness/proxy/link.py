"""One connection through a proxy: a client, the upstream dialled for it, a stream each way, and observers of its bytes."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed
from typing import Protocol

from harness.direction import Direction
from harness.proxy.address import Address
from harness.proxy.effects import Effects
from harness.proxy.endpoint import Endpoint
from harness.proxy.stream import Stream
from harness.proxy.toxic import PlacedToxic


@dataclass(frozen=True)
class ConnectionId:
    """A connection through a proxy; they are numbered from 1 as they are accepted."""

    proxy: str
    number: int


class Observer(Protocol):
    """Is told about the connections of one proxy that are opened after it was attached, and of every byte before any toxic.

    It runs inside the data path: it must be quick and never wait. While a proxy has no observer, its bytes are not looked at.
    """

    def opened(self, connection: ConnectionId) -> None:
        """A client was accepted and the upstream is being dialled; no byte has passed yet."""

    def chunk(self, connection: ConnectionId, direction: Direction, data: bytes) -> None:
        """Bytes arrived from one side, cut as the network happened to cut them."""

    def closed(self, connection: ConnectionId) -> None:
        """It is over, also when the upstream could not be reached."""


@dataclass(frozen=True)
class Setting:
    """What a link needs to know of its proxy; `over` is called once, when nothing of the link is left."""

    upstream: str
    effects: Effects
    toxics: Callable[[], Sequence[PlacedToxic]]
    draw: Callable[[PlacedToxic, int], Random]  # what is random about a toxic on the connection of that number
    over: Callable[["Link"], None]


class Link:
    """Runs from its construction on. Closing one side closes the other, after buffered bytes were delivered."""

    def __init__(self, identity: ConnectionId, client: socket.socket, setting: Setting, observers: Sequence[Observer]) -> None:
        self._identity = identity
        self._setting = setting
        self._observers = observers
        self._client = Endpoint(self._made, self._lost)
        self._server = Endpoint(self._made, self._lost)
        self._streams = {
            Direction.UPSTREAM: self._stream(Direction.UPSTREAM, self._client, self._server),
            Direction.DOWNSTREAM: self._stream(Direction.DOWNSTREAM, self._server, self._client),
        }
        self._sides = 0  # that are connected
        self._broken = False
        self._over = False
        self._opening = asyncio.get_running_loop().create_task(self._open(client))
        self._opening.add_done_callback(lambda _: self._opened(client))
        for observer in observers:
            observer.opened(identity)

    def held(self, direction: Direction) -> int:
        """Bytes inside, on their way in that direction."""
        return self._streams[direction].held

    def apply(self, toxics: Sequence[PlacedToxic]) -> None:
        """Have these toxics of the proxy at work from now on, as far as they act on this connection."""
        if self._server.connected:
            for stream in self._streams.values():
                stream.apply(toxics)

    def cut(self) -> None:
        """Close both ends at once; they read an end of stream. What is inside is dropped."""
        if self._break(Endpoint.cut):
            self._setting.effects.connections.cut += 1

    def reset(self) -> None:
        """Close both ends at once with a TCP reset. What is inside is dropped."""
        if self._break(Endpoint.reset):
            self._setting.effects.connections.reset += 1

    def _break(self, how: Callable[[Endpoint], None]) -> bool:
        if self._broken:
            return False
        self._broken = True
        for stream in self._streams.values():
            stream.discard()
        for endpoint in (self._client, self._server):
            how(endpoint)
        if not self._server.connected:
            self._opening.cancel()
        return True

    def _stream(self, direction: Direction, source: Endpoint, sink: Endpoint) -> Stream:
        return Stream(
            direction,
            source,
            sink,
            effects=self._setting.effects,
            draw=lambda toxic: self._setting.draw(toxic, self._identity.number),
            reset=self.reset,
            watch=partial(self._watch, direction) if self._observers else None,
        )

    async def _open(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            to = Address.parse(self._setting.upstream)
            await loop.create_connection(lambda: self._server, to.host, to.port)
            await loop.connect_accepted_socket(lambda: self._client, client)
        except (OSError, ValueError):
            self._setting.effects.connections.unreachable += 1

    def _opened(self, client: socket.socket) -> None:
        """Whether it was or not, and even when it was cut before it began."""
        if not self._client.connected:
            self._server.abandon()
            with client, suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)  # the client reads an end of stream, not a reset
        self._check_over()

    def _watch(self, direction: Direction, data: bytes) -> None:
        for observer in self._observers:
            observer.chunk(self._identity, direction, data)

    def _made(self) -> None:
        self._sides += 1
        self.apply(self._setting.toxics())

    def _lost(self) -> None:
        self._sides -= 1
        self._check_over()

    def _check_over(self) -> None:
        if self._opening.done() and not self._sides and not self._over:
            self._over = True
            for observer in self._observers:
                observer.closed(self._identity)
            self._setting.over(self)
