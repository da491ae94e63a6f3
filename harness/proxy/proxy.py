"""One proxy: an address to listen on, an upstream, the toxics in between, and the connections at this moment.

Everything here happens at once: nothing waits for a peer, so nothing that a peer does or fails to do can hold it up.
"""

import socket
from dataclasses import replace
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed

from harness.direction import Direction
from harness.proxy.address import Address
from harness.proxy.effects import Effects
from harness.proxy.errors import ListenFailed, ToxicAlreadyExists, ToxicNotFound
from harness.proxy.link import ConnectionId, Link, Observer, Setting
from harness.proxy.listener import Listener
from harness.proxy.toxic import PlacedToxic, Toxic
from harness.seed import Seed


class Proxy:
    """Disabled when made. `observers` may be changed at any time; connections that are accepted afterwards have them."""

    def __init__(self, name: str, listen: str, upstream: str, seed: Seed) -> None:
        self.name = name
        self.upstream = upstream
        self.effects = Effects()
        self.observers: list[Observer] = []
        self._listen = listen
        self._seed = seed
        self._listener: Listener | None = None
        self._links: set[Link] = set()
        self._toxics: tuple[PlacedToxic, ...] = ()
        self._added: dict[str, int] = {}  # how often a toxic of that name was
        self._numbered = 0  # connections that were accepted before the numbers were set back

    @property
    def enabled(self) -> bool:
        """Whether it accepts connections."""
        return self._listener is not None

    @property
    def listen(self) -> str:
        """The address it listens on; while it is disabled, the one it is going to."""
        return self._listen

    @property
    def open_connections(self) -> int:
        """Connections at this moment, those included that are only being closed."""
        return len(self._links)

    @property
    def toxics(self) -> tuple[PlacedToxic, ...]:
        """Upstream before downstream, each in the order in which they were added."""
        return self._toxics

    def held(self, direction: Direction) -> int:
        """Bytes inside, on their way in that direction."""
        return sum(link.held(direction) for link in self._links)

    def enable(self, address: Address) -> None:
        """Listen there and nowhere else; connections stay. Raises ListenFailed, and has changed nothing then."""
        before = self._listener
        if before is not None and before.address == address:
            return
        if before is not None and before.address.port == address.port:  # 127.0.0.1 and 0.0.0.0 exclude each other on one port
            before.close()
            try:
                self._listener = Listener(address, self._accepted)
            except ListenFailed:
                self._listener = Listener(before.address, self._accepted)
                raise
        else:
            self._listener = Listener(address, self._accepted)
            if before is not None:
                before.close()
        self._listen = str(self._listener.address)

    def disable(self) -> None:
        """Refuse connections from now on, and cut those that there are."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()

    def cut(self) -> None:
        """Cut the connections that there are."""
        for link in self._links.copy():
            link.cut()

    def move(self, listen: str, upstream: str) -> None:
        """Give a disabled proxy other addresses."""
        self._listen = listen
        self.upstream = upstream

    def toxic(self, name: str) -> PlacedToxic:
        """The toxic of that name, in either stream. Raises ToxicNotFound."""
        for toxic in self._toxics:
            if toxic.name == name:
                return toxic
        raise ToxicNotFound

    def require_unused(self, name: str) -> None:
        """Raises ToxicAlreadyExists when there is a toxic of that name."""
        if any(toxic.name == name for toxic in self._toxics):
            raise ToxicAlreadyExists

    def add(self, name: str, stream: Direction, toxicity: float, toxic: Toxic) -> PlacedToxic:
        """Put a toxic at the end of a stream, of live connections too. Raises ToxicAlreadyExists."""
        self.require_unused(name)
        ordinal = self._added[name] = self._added.get(name, 0) + 1
        placed = PlacedToxic(name, stream, toxicity, toxic, ordinal)
        self._apply((*self._toxics, placed))
        return placed

    def update(self, name: str, toxicity: float, toxic: Toxic) -> PlacedToxic:
        """Change a toxic where it stands, on live connections too. Raises ToxicNotFound."""
        placed = replace(self.toxic(name), toxicity=toxicity, toxic=toxic)
        self._apply(tuple(placed if there.name == name else there for there in self._toxics))
        return placed

    def remove(self, name: str) -> None:
        """Remove a toxic, from live connections too; bytes it held are delivered. Raises ToxicNotFound."""
        gone = self.toxic(name)
        self._apply(tuple(there for there in self._toxics if there is not gone))

    def clear(self) -> None:
        """Remove all toxics."""
        self._apply(())

    def reseed(self, seed: Seed) -> None:
        """Draw random numbers from `seed` from now on, as if toxics had never been added and only open connections accepted."""
        self._seed = seed
        self._added.clear()
        self._numbered = self.effects.connections.accepted - len(self._links)

    def _apply(self, toxics: tuple[PlacedToxic, ...]) -> None:
        order = list(Direction)
        self._toxics = tuple(sorted(toxics, key=lambda toxic: order.index(toxic.stream)))
        for link in self._links.copy():
            link.apply(self._toxics)

    def _accepted(self, client: socket.socket) -> None:
        connections = self.effects.connections
        connections.accepted += 1
        setting = Setting(self.upstream, self.effects, lambda: self._toxics, self._draw, self._links.discard)
        identity = ConnectionId(self.name, connections.accepted - self._numbered)
        self._links.add(Link(identity, client, setting, tuple(self.observers)))

    def _draw(self, toxic: PlacedToxic, connection: int) -> Random:
        return self._seed.stream("proxy", self.name, toxic.name, toxic.ordinal, connection)
