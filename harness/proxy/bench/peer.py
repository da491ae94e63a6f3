"""python -m harness.proxy.bench.peer: the other end of the measurements, in a process of its own; prints its port.

A connection says in its first 9 bytes what it wants: b"E" for an echo of everything, or b"S" and a number of bytes to swallow,
after which one byte comes back. The process ends with its standard input.
"""

import os
import socket
import struct
import sys
import threading

REQUEST = struct.Struct("!cQ")
ECHO, SWALLOW = b"E", b"S"
_CHUNK = 1 << 20


def main() -> None:
    """Serve until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    while os.read(sys.stdin.fileno(), _CHUNK):
        pass


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = memoryview(bytearray(_CHUNK))
        kind, size = REQUEST.unpack(connection.recv(REQUEST.size, socket.MSG_WAITALL))
        if kind == ECHO:
            while count := connection.recv_into(buffer):
                connection.sendall(buffer[:count])
        while size > 0 and (count := connection.recv_into(buffer)):
            size -= count
        connection.sendall(b".")


if __name__ == "__main__":
    main()
