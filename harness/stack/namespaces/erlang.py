"""Call functions on an Erlang node as `rabbitmqctl` does, without starting a program: within milliseconds.

AMQP cannot make a virtual host, the management plugin costs every boot more than a second, and rabbitmqctl needs a second to
start. The distribution protocol that it speaks is small: a handshake that proves the shared cookie, then messages.
Source: ERTS User's Guide, "Distribution Protocol" (handshake version 6); the answers come from `rex`, which is on every node.
"""

import hashlib
import secrets
import socket
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from harness.stack.namespaces.terms import VERSION, Atom, Pid, Reference, Undecodable, decode, encode
from harness.stack.ports import HOST

_FLAGS = sum(
    (
        0x4,  # extended references
        0x10,  # fun tags
        0x80,  # new fun tags
        0x100,  # extended pids and ports
        0x200,  # export pointers
        0x400,  # bit binaries
        0x800,  # new floats
        0x1_0000,  # atoms in UTF-8
        0x2_0000,  # maps
        0x4_0000,  # big creation
        0x100_0000,  # this version of the handshake
        0x200_0000,  # unlink ids
        0x4_0000_0000,  # pids and references of version 4
    )
)
"""What a node must understand to be talked to by Erlang/OTP 25 to 27. Not published: other nodes do not see it."""

_TO_A_NAME, _TO_A_PID = 6, 2
_PASS_THROUGH = b"p"
_CHALLENGE_AT = 9


class ErlangError(OSError):
    """The node refused the connection or the call, or closed the connection."""


class Node:
    """A connection to one node; use as a context manager. Not for several threads at once."""

    def __init__(self, port: int, cookie: str, timeout_s: float = 10.0) -> None:
        """Raises OSError (ErlangError when the node refuses the handshake)."""
        # A node keeps every name it has seen (atoms are not collected): few names, one per live connection.
        self._name = Atom(f"gauntlet-{secrets.token_hex(2)}@localhost")
        self._creation = secrets.randbits(31) | 1
        self._socket = socket.create_connection((HOST, port), timeout_s)
        try:
            self._handshake(cookie)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._socket.close()

    def call(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        """What the function returns. Raises ErlangError when it crashed or returned {error, _}."""
        ourselves = Pid(self._name, self._creation)
        question = Reference(self._name, self._creation, (secrets.randbits(18), secrets.randbits(32), secrets.randbits(32)))
        what = (Atom("call"), Atom(module), Atom(function), list(arguments), Atom("user"))
        self._send((_TO_A_NAME, ourselves, Atom(""), Atom("rex")), (Atom("$gen_call"), (ourselves, question), what))
        while True:
            answer = self._receive()
            if isinstance(answer, tuple) and answer[0] == question:
                return _checked(f"{module}:{function}", answer[1])

    def _handshake(self, cookie: str) -> None:
        name = self._name.encode()
        self._put(b"N" + struct.pack(">QIH", _FLAGS, self._creation, len(name)) + name)
        if (status := self._get()) != b"sok":
            raise ErlangError(f"the node does not take us: {status!r}")
        greeting = self._get()
        if greeting[:1] != b"N":
            raise ErlangError(f"the node speaks another version: {greeting[:40]!r}")
        (theirs,) = struct.unpack_from(">I", greeting, _CHALLENGE_AT)
        ours = secrets.randbits(32)
        self._put(b"r" + struct.pack(">I", ours) + _digest(cookie, theirs))
        if self._get() != b"a" + _digest(cookie, ours):
            raise ErlangError("the node has another cookie")

    def _put(self, data: bytes) -> None:
        self._socket.sendall(struct.pack(">H", len(data)) + data)

    def _get(self) -> bytes:
        (size,) = struct.unpack(">H", self._read(2))
        return self._read(size)

    def _send(self, control: Any, message: Any) -> None:
        data = _PASS_THROUGH + VERSION + encode(control) + VERSION + encode(message)
        self._socket.sendall(struct.pack(">I", len(data)) + data)

    def _receive(self) -> Any:
        """The next message to a process of this side; ticks and other messages are skipped."""
        while True:
            (size,) = struct.unpack(">I", self._read(4))
            data = self._read(size)
            if not data:
                self._socket.sendall(b"\0\0\0\0")
                continue
            try:
                control, message = decode(data[1:])
                if control[0] == _TO_A_PID:
                    return decode(message)[0]
            except Undecodable as error:
                raise ErlangError(f"the node said what we do not understand: {error}") from error

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            if not (part := self._socket.recv(size - len(data))):
                raise ErlangError("the node hung up")
            data += part
        return data


def _digest(cookie: str, challenge: int) -> bytes:
    return hashlib.md5(f"{cookie}{challenge}".encode(), usedforsecurity=False).digest()


def _checked(what: str, answer: Any) -> Any:
    if isinstance(answer, tuple) and answer and answer[0] in (Atom("badrpc"), Atom("error")):
        raise ErlangError(f"{what} answered {answer!r}")
    return answer
