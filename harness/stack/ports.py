"""Loopback ports that stay free between the choice and the bind.

Ports are taken from outside the range the kernel hands to outgoing connections, so that those never take one, and
each is held by a file lock for as long as the stack lives, so two stacks (pytest-xdist) never choose the same one. A lock
dies with its process. A foreign program can still bind a chosen port; servers are then
started again on other ports.
"""

import errno
import fcntl
import os
import secrets
import socket
import tempfile
from pathlib import Path

from harness.stack.errors import PortTaken

HOST = "127.0.0.1"

_FIRST, _LAST = 10240, 65535
_MIN_POOL = 2000
_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def pool(ephemeral: str | None) -> range:
    """Ports to choose from, given the kernel's "LOW HIGH" of ephemeral ports (None when unknown)."""
    if ephemeral is None:
        return range(_FIRST, _LAST + 1)
    low, high = (int(part) for part in ephemeral.split())
    below, above = range(_FIRST, low), range(high + 1, _LAST + 1)
    best = max(below, above, key=len)
    return best if len(best) >= _MIN_POOL else range(_FIRST, _LAST + 1)


def is_free(port: int) -> bool:
    """Whether `port` of the loopback address can be bound now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


class Ports:
    """The ports of one stack; use as a context manager or call `release`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / f"gauntlet-ports-{os.getuid()}"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._locks: dict[int, int] = {}

    def free(self) -> int:
        """A free port, locked for this stack until released. Raises PortTaken when the machine has none left."""
        candidates = pool(_RANGE_FILE.read_text() if _RANGE_FILE.exists() else None)
        start = secrets.randbelow(len(candidates))
        for step in range(len(candidates)):
            port = candidates[(start + step) % len(candidates)]
            if self._take(port):
                return port
        raise PortTaken(f"no free port between {candidates[0]} and {candidates[-1]}")

    def claim(self, port: int) -> int:
        """Lock this port. Raises PortTaken when a process listens on it."""
        if not self._take(port):
            raise PortTaken(
                f"port {port} on {HOST} is in use; stop what listens there (`ss -ltnp 'sport = :{port}'` names it) "
                "or choose another port"
            )
        return port

    def give_back(self, port: int) -> None:
        """Release one port."""
        if (lock := self._locks.pop(port, None)) is not None:
            os.close(lock)

    def release(self) -> None:
        """Release every port."""
        for port in list(self._locks):
            self.give_back(port)

    def __enter__(self) -> "Ports":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self, port: int) -> bool:
        if port in self._locks:
            return False
        lock = os.open(self._folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        if not is_free(port):
            os.close(lock)
            return False
        self._locks[port] = lock
        return True
