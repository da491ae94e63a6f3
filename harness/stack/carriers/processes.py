"""A server as a supervised process of the stack: the project's own proxy, or the toxiproxy-server on PATH."""

import os
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from harness.own_process import module
from harness.seed import Seed
from harness.stack.carriers.carrier import RunningCarrier
from harness.stack.environment import inherited
from harness.stack.ports import HOST
from harness.stack.probes import http_get
from harness.stack.process import Launch, Supervised
from harness.stack.provider import Site

PROGRAM = "toxiproxy-server"
_READY_S = 60.0


class _AsProcess:
    """Listens on a port of the stack, on loopback."""

    engine: Path | None = None

    def command(self, port: int, seed: Seed) -> tuple[str, ...]:
        """The command line."""
        raise NotImplementedError

    def prepare(self, say: Callable[[str], None]) -> None:
        """See Carrier."""

    def start(self, site: Site, seed: Seed) -> RunningCarrier:
        """See Carrier."""
        port = site.ports.free()
        member = Supervised(
            Launch(
                name=site.mark.instance or PROGRAM,
                command=self.command(port, seed),
                environment=inherited(),
                mark=site.mark,
                cwd=Path("/"),
                probe=partial(http_get, port, "/version"),
            )
        )
        try:
            member.boot()
            member.wait_ready(_READY_S, site.cancelled)
        except BaseException:
            member.kill()
            site.ports.give_back(port)
            raise
        return RunningCarrier(f"http://{HOST}:{port}", member, {"http": port})


class OwnProxy(_AsProcess):
    """The project's own proxy: seeded, and the only one that counts all its effects on traffic."""

    name = "the project's own proxy"

    def obstacle(self) -> str:
        """See Carrier."""
        return ""

    def command(self, port: int, seed: Seed) -> tuple[str, ...]:
        """See _AsProcess."""
        return tuple(module("harness.proxy", "--port", str(port), "--seed", str(seed)))


class OnPath(_AsProcess):
    """A real Toxiproxy that is installed here. It cannot be seeded."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._program = shutil.which(PROGRAM, path=environ.get("PATH", os.defpath))

    @property
    def name(self) -> str:
        """See Carrier."""
        return f"Toxiproxy ({self._program or PROGRAM})"

    def obstacle(self) -> str:
        """See Carrier."""
        return "" if self._program else f"no {PROGRAM} is on PATH"

    def command(self, port: int, seed: Seed) -> tuple[str, ...]:
        """See _AsProcess."""
        return (self._program or PROGRAM, "-host", HOST, "-port", str(port), "-proxy-metrics")
