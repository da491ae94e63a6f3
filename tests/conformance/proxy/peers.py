"""What is at the other end of a proxied connection, on real sockets: one server per habit."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TIMEOUT_S = 20.0
_CHUNK = 65536


class Peer:
    """A server on a free loopback port that runs `serve` for every connection, in a thread; `accepted` are its sockets."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.accepted: list[socket.socket] = []
        self._more = threading.Condition()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connection(self, number: int = 1) -> socket.socket:
        """The server's side of the connection of that number; waits for it."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.accepted) >= number, TIMEOUT_S), "nobody connected"
            return self.accepted[number - 1]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(TIMEOUT_S)
        for connection in self.accepted:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(TIMEOUT_S)
        for connection in self.accepted:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(TIMEOUT_S)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._threads.append(threading.Thread(target=self._run, args=(connection,), daemon=True))
                self._threads[-1].start()
                with self._more:
                    self.accepted.append(connection)
                    self._more.notify_all()

    def _run(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._serve(connection)


def echo(connection: socket.socket) -> None:
    """Sends back what it reads, and closes when the client does."""
    while data := connection.recv(_CHUNK):
        connection.sendall(data)
    connection.close()


def silent(connection: socket.socket) -> None:
    """Leaves the connection to the test, which finds it in `accepted`."""


@contextlib.contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[Peer]:
    peer = Peer(serve)
    try:
        yield peer
    finally:
        peer.close()


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """The address of a listener that answers no SYN any more: its backlog is full, and nobody accepts."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def fill(connection: socket.socket) -> int:
    """Send until nothing more is taken; the bytes that were."""
    connection.settimeout(0.3)
    taken = 0
    with contextlib.suppress(TimeoutError):
        while True:
            taken += connection.send(bytes(1 << 20))
    connection.settimeout(TIMEOUT_S)
    return taken


def read(connection: socket.socket, size: int) -> bytes:
    """Exactly so many bytes. Raises AssertionError when the stream ends before."""
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        assert piece, f"end of stream after {len(data)} of {size} bytes"
        data += piece
    return data


def read_all(connection: socket.socket) -> bytes:
    """Everything up to the end of the stream."""
    data = b""
    while piece := connection.recv(_CHUNK):
        data += piece
    return data


def ended(connection: socket.socket) -> bool:
    """Whether the stream ends; a reset is no end, and neither is silence."""
    return connection.recv(1) == b""


def says_nothing(connection: socket.socket, seconds: float) -> bool:
    """Whether nothing, not even an end, comes for that long."""
    connection.settimeout(seconds)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(TIMEOUT_S)
    return False


def refused(address: str) -> bool:
    try:
        connect(address).close()
    except ConnectionRefusedError:
        return True
    return False


def reset_on_close(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class Watch:
    """Milliseconds since it was made."""

    def __post_init__(self) -> None:
        self._started = time.monotonic()

    @property
    def ms(self) -> float:
        return (time.monotonic() - self._started) * 1000
