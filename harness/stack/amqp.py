"""Log in to an AMQP 0-9-1 broker and out again: enough of the protocol to see that it is ready, and no event loop."""

import socket
import struct

from harness.stack.ports import HOST

_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = 1
_END = b"\xce"
_CONNECTION = 10
_START, _START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE, _CLOSE_OK = 10, 11, 30, 31, 40, 41, 50, 51


class Refused(OSError):
    """The broker answered something else than was expected, or hung up."""


def log_in(port: int, user: str, password: str, vhost: str, timeout_s: float) -> None:
    """Open a connection to `vhost` and close it. Raises OSError (Refused, TimeoutError, ...)."""
    with socket.create_connection((HOST, port), timeout_s) as connection:
        connection.sendall(_HEADER)
        _expect(connection, _START)
        credentials = f"\0{user}\0{password}".encode()
        no_properties = struct.pack(">I", 0)
        _send(connection, _START_OK, no_properties + _short("PLAIN") + _long(credentials) + _short("en_US"))
        limits = _expect(connection, _TUNE)
        _send(connection, _TUNE_OK, limits)
        _send(connection, _OPEN, _short(vhost) + _short("") + b"\0")
        _expect(connection, _OPEN_OK)
        _send(connection, _CLOSE, struct.pack(">H", 200) + _short("") + struct.pack(">HH", 0, 0))
        _expect(connection, _CLOSE_OK)


def _short(text: str) -> bytes:
    return struct.pack(">B", len(text.encode())) + text.encode()


def _long(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _send(connection: socket.socket, method: int, arguments: bytes) -> None:
    payload = struct.pack(">HH", _CONNECTION, method) + arguments
    connection.sendall(struct.pack(">BHI", _METHOD_FRAME, 0, len(payload)) + payload + _END)


def _expect(connection: socket.socket, method: int) -> bytes:
    """The arguments of the next method, which must be this one."""
    kind, _channel, size = struct.unpack(">BHI", _read(connection, 7))
    payload = _read(connection, size + len(_END))[: -len(_END)]
    if kind != _METHOD_FRAME or payload[:4] != struct.pack(">HH", _CONNECTION, method):
        raise Refused(f"instead of connection method {method} the broker sent {payload[:200]!r}")
    return payload[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (part := connection.recv(size - len(data))):
            raise Refused("the broker hung up")
        data += part
    return data
