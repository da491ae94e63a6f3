from typing import ClassVar

import pytest

from harness.stack.errors import ServerMissing
from harness.stack.native.driver import DRIVERS, Driver, Plan, find_program
from harness.stack.native.install import advice, ensure_installed, missing
from harness.stack.provider import Site
from harness.stack.services_toml.tables import SERVER_PLACEHOLDERS
from harness.stack.topology import Server


class Fake(Driver):
    kind: ClassVar[str] = "fake"
    package: ClassVar[str] = "fake-server"
    boot_order: ClassVar[int] = 0
    ready_timeout_s: ClassVar[float] = 1
    port_taken: ClassVar[str] = "x"

    def plan(self, server: Server, site: Site) -> Plan:
        raise NotImplementedError


class Present(Fake):
    def find(self) -> None:
        return


class Absent(Fake):
    def find(self) -> None:
        find_program(("no-such-program",), self.package)


def test_what_is_missing_is_named_with_its_package() -> None:
    assert missing([Present(), Absent()]) == {"fake-server": "no-such-program not found (Debian package fake-server)"}


def test_nothing_is_done_when_nothing_is_missing() -> None:
    ensure_installed([Present()], pytest.fail)


def test_the_advice_is_a_command_to_copy() -> None:
    text = advice({"redis-server": "redis-server or valkey-server not found", "mariadb-server": "mysqld not found"})
    assert "redis-server or valkey-server not found; mysqld not found" in text
    assert "\n    sudo apt-get install --no-install-recommends mariadb-server redis-server\n" in text


def test_a_program_is_found_by_any_of_its_names() -> None:
    assert find_program(("no-such-program", "sh"), "x").name == "sh"
    with pytest.raises(ServerMissing, match=r"a-server or b-server not found \(Debian package x\)"):
        find_program(("a-server", "b-server"), "x")


def test_every_kind_of_server_in_a_topology_has_a_driver() -> None:
    import harness.stack.native.provider  # noqa: F401 - it imports every driver

    assert set(DRIVERS) == set(SERVER_PLACEHOLDERS)
