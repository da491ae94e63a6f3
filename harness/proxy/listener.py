"""A listening socket that is opened and closed synchronously."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable

from harness.proxy.address import Address
from harness.proxy.errors import ListenFailed

_log = logging.getLogger(__name__)
_BACKLOG = 4096
_AT_ONCE = 64  # connections accepted before anything else gets its turn
_REST_S = 0.5  # before accepting again when there are no descriptors left
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Listener:
    """Hands every accepted, non-blocking socket to `accepted` until it is closed. Raises ListenFailed."""

    def __init__(self, address: Address, accepted: Callable[[socket.socket], None]) -> None:
        self._accepted = accepted
        self._loop = asyncio.get_running_loop()
        self._resting: asyncio.TimerHandle | None = None
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((address.host, address.port))
            self._socket.listen(_BACKLOG)
        except OSError as error:
            self._socket.close()
            reason = os.strerror(error.errno or errno.EIO)
            raise ListenFailed(f"listen tcp {address}: bind: {reason[:1].lower()}{reason[1:]}") from error
        host, port = self._socket.getsockname()[:2]
        self.address = Address(host, port)
        self._loop.add_reader(self._socket, self._accept)

    def close(self) -> None:
        """Stop listening: whoever connects from now on is refused."""
        if self._resting is not None:
            self._resting.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                client, _address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                _log.warning("cannot accept on %s: %s", self.address, error)
                self._loop.remove_reader(self._socket)
                self._resting = self._loop.call_later(_REST_S, self._loop.add_reader, self._socket, self._accept)
                return
            client.setblocking(False)
            self._accepted(client)
            if self._socket.fileno() < 0:  # closed by what the connection set off
                return
