"""Where a provider is told to start one server, and ports that somebody else takes first."""

import secrets
import threading
from itertools import count
from pathlib import Path

from harness.stack.marker import Mark
from harness.stack.ports import Ports
from harness.stack.provider import Site
from harness.stack.topology import Server

SERVER = Server("locks", "redis")


class Unlucky(Ports):
    """Hands out a port that somebody else binds at the wrong moment, so many times."""

    def __init__(self, taken: int, times: int) -> None:
        super().__init__()
        self._taken = taken
        self._times = count(times, -1)

    def free(self) -> int:
        return self._taken if next(self._times) > 0 else super().free()


def site(tmp_path: Path, ports: Ports, server: Server = SERVER) -> Site:
    mark = Mark(f"test-{secrets.token_hex(4)}", tmp_path / "logs").of(server.name)
    return Site(mark=mark, vhost="v", folder=tmp_path / "data", ports=ports, cancelled=threading.Event())
