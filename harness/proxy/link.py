"""One connection through a proxy: a client, the upstream dialled for it, and a stream each way."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed

from harness.proxy.address import Address
from harness.proxy.direction import Direction
from harness.proxy.effects import Effects
from harness.proxy.endpoint import Endpoint
from harness.proxy.observer import ConnectionId, Observer
from harness.proxy.stream import Stream
from harness.proxy.toxic import PlacedToxic


@dataclass(frozen=True)
class Setting:
    """What a link needs to know of its proxy."""

    effects: Effects
    draw: Callable[[PlacedToxic], Random]
    toxics: Sequence[PlacedToxic]
    observers: Sequence[Observer]
    over: Callable[["Link"], None]  # called once, when nothing of the link is left


class Link:
    """Runs by itself from when it is made until `over` is called. Closing one side closes the other, after what is inside."""

    def __init__(self, identity: ConnectionId, client: socket.socket, upstream: str, setting: Setting) -> None:
        self._identity = identity
        self._setting = setting
        self._sides = {Direction.UPSTREAM: Endpoint(self._lost), Direction.DOWNSTREAM: Endpoint(self._lost)}
        self._connected = 0
        for observer in setting.observers:
            observer.opened(identity)
        self._streams = [self._stream(direction) for direction in Direction]
        self._opening = asyncio.get_running_loop().create_task(self._open(client, upstream))
        self._opening.add_done_callback(self._opened)

    def held(self, direction: Direction) -> int:
        """Bytes inside, on their way in that direction."""
        return sum(stream.held for stream in self._streams if stream.direction is direction)

    def apply(self, toxics: Sequence[PlacedToxic]) -> None:
        """Have these toxics of the proxy at work from now on, as far as they act on this connection."""
        for stream in self._streams:
            stream.apply(toxics)

    def cut(self) -> None:
        """Close both ends at once; they read an end of stream. What is inside is dropped."""
        self._setting.effects.connections.cut += 1
        self._break(Endpoint.cut)

    def reset(self) -> None:
        """Close both ends at once with a TCP reset. What is inside is dropped."""
        self._setting.effects.connections.reset += 1
        self._break(Endpoint.reset)

    def _break(self, how: Callable[[Endpoint], None]) -> None:
        self._opening.cancel()
        for stream in self._streams:
            stream.discard()
        for endpoint in self._sides.values():
            how(endpoint)

    def _stream(self, direction: Direction) -> Stream:
        source, sink = self._sides[direction.opposite], self._sides[direction]
        stream = Stream(
            direction,
            effects=self._setting.effects,
            draw=self._setting.draw,
            reset=self.reset,
            watch=partial(self._watch, direction) if self._setting.observers else None,
        )
        stream.connect(source, sink)
        stream.apply(self._setting.toxics)
        return stream

    async def _open(self, client: socket.socket, upstream: str) -> None:
        loop = asyncio.get_running_loop()
        with client:
            try:
                to = Address.parse(upstream)
                await loop.create_connection(lambda: self._sides[Direction.UPSTREAM], to.host, to.port)
                self._connected += 1
            except (OSError, ValueError):
                ...
