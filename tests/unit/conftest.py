"""Unit tests start no server: one that tries fails, so that `make unit` stays quick and runs anywhere."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SERVERS = frozenset(
    {"mariadbd", "mysqld", "mariadb-install-db", "redis-server", "valkey-server", "rabbitmq-server", "epmd", "toxiproxy-server"}
)
GUARD = "harness.stack.guard"
"""Every stack starts this module first."""


_unit_test_runs: list[str] = []


class ServerInUnitTestError(Exception):
    """A unit test tried to start a server."""


def forbid_servers(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook of the interpreter. Raises ServerInUnitTestError."""
    if event != "subprocess.Popen" or not _unit_test_runs:
        return
    _executable, command, *_ = arguments
    words = [command] if isinstance(command, str | bytes) else list(command)
    names = [Path(str(word.decode() if isinstance(word, bytes) else word)).name for word in words]
    if started := [name for name in names if name in SERVERS or name == GUARD]:
        raise ServerInUnitTestError(f"a unit test starts {started[0]}: it belongs to tests/integration or tests/conformance")


sys.addaudithook(forbid_servers)


@pytest.fixture(autouse=True)
def no_servers(request: pytest.FixtureRequest) -> Iterator[None]:
    """In force while a unit test runs: other suites of the same process may start what they like."""
    _unit_test_runs.append(request.node.nodeid)
    yield
    _unit_test_runs.pop()
