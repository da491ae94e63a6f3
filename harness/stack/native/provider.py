"""The native provider: finds the server programs and starts each with its own folder and ports."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.stack.capabilities import Killable, Logged, Pausable, Restartable
from harness.stack.environment import inherited
from harness.stack.errors import StartFailed

# Imported for their effect: each registers itself.
from harness.stack.native import mysql, rabbitmq, redis  # noqa: F401 - see above
from harness.stack.native.driver import DRIVERS, Driver
from harness.stack.native.install import ensure_installed
from harness.stack.native.small_disk import command_on, size_mb
from harness.stack.process import Launch, Supervised
from harness.stack.provider import Capability, RunningServer, Site
from harness.stack.topology import Server

_ATTEMPTS = 3


class NativeProvider:
    """Servers as private processes of this machine, each kind started by its driver."""

    name = "native"
    engine: Path | None = None
    capabilities: frozenset[Capability] = frozenset({Killable, Pausable, Restartable, Logged})

    def __init__(self, drivers: Mapping[str, type[Driver]] = DRIVERS) -> None:
        self._drivers = drivers

    def prepare(self, servers: Sequence[Server], say: Callable[[str], None]) -> None:
        """See Provider; installs missing packages when that is possible here, after saying so."""
        kinds = dict.fromkeys(server.kind for server in servers)
        ensure_installed([self._drivers[kind]() for kind in kinds], say)

    def boot_order(self, server: Server) -> int:
        """See Provider."""
        return self._drivers[server.kind].boot_order

    def start(self, server: Server, site: Site) -> RunningServer:
        """See Provider. A server that lost a race for one of its ports is started again on others."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._attempt(server, site)
            except StartFailed as error:
                if not re.search(self._drivers[server.kind].port_taken, str(error)):
                    raise
        return self._attempt(server, site)

    def _attempt(self, server: Server, site: Site) -> RunningServer:
        driver = self._drivers[server.kind]()
        plan = driver.plan(server, site)
        member = Supervised(
            Launch(
                name=server.name,
                command=command_on(size_mb(site.environment), plan.cwd, plan.command),
                environment={**inherited(), **plan.environment, **site.environment},
                mark=site.mark,
                cwd=plan.cwd,
                probe=plan.probe,
            )
        )
        try:
            member.boot()
            member.wait_ready(driver.ready_timeout_s, site.cancelled)
        except BaseException:
            member.kill()
            for port in plan.ports.values():
                site.ports.give_back(port)
            raise
        return RunningServer(server, member, plan.ports, plan.access, admin=plan.admin)
