"""One socket of a proxied connection: the source of one stream and the sink of the other.

The path of a byte that meets no toxic is `data_received` → `write` of the peer's transport, and nothing else.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, cast

from harness.proxy.effects import Flow

_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends a reset
WRITE_HIGH = 256 * 1024  # bytes in a transport's buffer at which its source is no longer read


class Wiring(Protocol):
    """The stream that an endpoint is the source of, or the sink of."""

    flow: Flow

    def source_ended(self) -> None:
        """The source sends nothing any more."""

    def sink_paused(self, *, paused: bool) -> None:
        """The sink cannot keep up, or can again."""

    def sink_closed(self) -> None:
        """The sink takes nothing any more."""


class Endpoint(asyncio.Protocol):
    """`outgoing` is the stream that it feeds, `incoming` the one that feeds it; both are set before it is connected.

    `forward` is where what it reads goes; it may be exchanged at any time. `made` is called when the socket is connected,
    `lost` when it is closed.
    """

    outgoing: Wiring
    incoming: Wiring
    forward: Callable[[bytes], None]

    def __init__(self, made: Callable[[], None], lost: Callable[[], None]) -> None:
        self._made = made
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []  # came before this side was connected
        self._fate: Callable[[], None] | None = None  # how it is to be closed once it is connected
        self._lost_already = False
        self._over = False  # nothing more is to be done to it: its descriptor may be reused

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected: hand over what has come from the other side meanwhile."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(WRITE_HIGH)
        self._made()
        for data in self._early:
            self._transport.write(data)
        self._early.clear()
        if self._fate is not None:
            self._fate()

    def data_received(self, data: bytes) -> None:
        """Count and pass on."""
        self.outgoing.flow.received += len(data)
        self.forward(data)

    def eof_received(self) -> bool:
        """The peer sends nothing any more; what is inside for it is still delivered."""
        self.outgoing.source_ended()
        return True

    def pause_writing(self) -> None:
        """The peer does not read as fast as the other side sends."""
        self.incoming.sink_paused(paused=True)

    def resume_writing(self) -> None:
        """The peer reads again."""
        self.incoming.sink_paused(paused=False)

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is closed, by whomever."""
        if self._lost_already:
            return
        self._lost_already = True
        self._over = True
        self.incoming.sink_closed()
        self.outgoing.source_ended()
        self._lost()

    # stage.Outlet

    def receive(self, data: bytes) -> None:
        """Send to the peer."""
        if self._transport is None:
            self._early.append(data)
        else:
            self._transport.write(data)

    def end(self) -> None:
        """Send what is still buffered, then close, both ways: half-open connections are not kept."""
        if (transport := self._open(self.end)) is not None:
            if not transport.get_write_buffer_size():
                hang_up(transport)
            transport.close()
            self.incoming.sink_closed()
            self.outgoing.source_ended()

    # its stream and its link

    @property
    def connected(self) -> bool:
        """Whether it is or ever was."""
        return self._transport is not None

    @property
    def writer(self) -> Callable[[bytes], None]:
        """The shortest way to this socket."""
        return self.receive if self._transport is None else self._transport.write

    @property
    def buffered(self) -> int:
        """Bytes that the kernel has not taken yet."""
        if self._transport is None:
            return sum(map(len, self._early))
        return self._transport.get_write_buffer_size()

    def pause(self) -> None:
        """Stop reading, so that the peer's sends block."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def cut(self) -> None:
        """Close at once; the peer reads an end of stream. What is buffered is lost."""
        if (transport := self._open(self.cut)) is not None:
            self._over = True
            hang_up(transport)
            transport.abort()

    def abandon(self) -> None:
        """Close at once and be lost now: uvloop never says so of a transport whose dial was cancelled while it connected."""
        self.cut()
        if self._transport is not None:
            self.connection_lost(None)

    def reset(self) -> None:
        """Close at once; the peer gets a TCP reset. What is buffered is lost."""
        if (transport := self._open(self.reset)) is not None:
            self._over = True
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            transport.abort()

    def _open(self, fate: Callable[[], None]) -> asyncio.Transport | None:
        """The transport when there is one to close; before it is connected, remember what is to become of it."""
        if self._transport is None:
            self._fate = fate
            if fate != self.end:
                self._early.clear()
        return None if self._over else self._transport


def hang_up(transport: asyncio.Transport) -> None:
    """Send the FIN before closing, as a kernel sends a reset instead where it has unread bytes."""
    with suppress(OSError), transport.get_extra_info("socket").dup() as connection:  # the peer may have closed it
        connection.shutdown(socket.SHUT_WR)
