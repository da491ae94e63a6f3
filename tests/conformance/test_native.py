"""What only the native provider has to care about: ports that are lost in a race, programs that do not start."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from harness.stack.errors import StartFailed
from harness.stack.marker import marked
from harness.stack.native.driver import Driver, Plan
from harness.stack.native.provider import NativeProvider
from harness.stack.native.redis import Redis
from harness.stack.ports import HOST, Ports
from harness.stack.provider import Site
from harness.stack.topology import Server
from tests.conformance.sites import SERVER, Unlucky, site


def test_a_server_that_lost_its_port_is_started_on_another(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as thief:
        taken = thief.getsockname()[1]
        with Unlucky(taken, times=2) as ports:
            server = NativeProvider().start(SERVER, site(tmp_path, ports))
            try:
                assert server.port != taken
                assert server.member.alive
                assert server.member.log.read_text().count("Address already in use") >= 2
            finally:
                server.member.kill()


def test_a_server_is_given_the_environment_of_its_site(tmp_path: Path) -> None:
    class Telling(Redis):
        def plan(self, server: Server, site: Site) -> Plan:
            plan = super().plan(server, site)
            tells = ("sh", "-c", 'echo "told $TOLD"; exec "$@"', "sh")
            return replace(plan, command=(*tells, *plan.command))

    drivers: dict[str, type[Driver]] = {"redis": Telling}
    with Ports() as ports:
        where = replace(site(tmp_path, ports), environment={"TOLD": "by the site"})
        server = NativeProvider(drivers).start(SERVER, where)
        try:
            assert "told by the site" in server.member.log.read_text()
        finally:
            server.member.kill()


def test_it_gives_up_in_the_end_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as thief, Unlucky(thief.getsockname()[1], times=99) as ports:
        where = site(tmp_path, ports)
        with pytest.raises(StartFailed, match=r"(?s)locks ended with code 1.*Address already in use"):
            NativeProvider().start(SERVER, where)
        assert marked(where.mark) == []


def test_another_failure_is_not_tried_again(tmp_path: Path) -> None:
    tried: list[int] = []

    class Broken(Redis):
        def plan(self, server: Server, site: Site) -> Plan:
            plan = super().plan(server, site)
            tried.append(plan.ports["redis"])
            return Plan((*plan.command, "--no-such-setting", "1"), plan.ports, plan.probe, plan.cwd)

    drivers: dict[str, type[Driver]] = {"redis": Broken}
    with Ports() as ports, pytest.raises(StartFailed, match="no-such-setting"):
        NativeProvider(drivers).start(SERVER, site(tmp_path, ports))
    assert len(tried) == 1
