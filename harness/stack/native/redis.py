"""Redis (or Valkey): one process per server, in memory, or with every write on disk before it is acknowledged.

The probe sends PING itself: one line each way, and importing redis-py takes longer than the server takes to start.
"""

import socket
from collections.abc import Mapping
from pathlib import Path

from harness.stack.native.driver import Driver, Plan, driver, find_program
from harness.stack.native.small_disk import size_mb
from harness.stack.ports import HOST
from harness.stack.probes import ATTEMPT_S
from harness.stack.provider import Site
from harness.stack.topology import Server
from harness.waiting import NotYet

DATABASES = 256
"""Databases per server: the stack uses database 0, namespaces the others."""


def options(server: Server) -> tuple[str, ...]:
    """Command-line options of a server, native or in a container."""
    return (*durability(server), "--databases", str(DATABASES))


def access(_caller: str) -> Mapping[str, str]:
    """The placeholders of an edge's template."""
    return {"database": "0"}


def durability(server: Server) -> tuple[str, ...]:
    """Settings of a durable server (append-only file, fsync always) or of one without persistence."""
    append = ("--appendonly", "yes", "--appendfsync", "always") if server.durable else ("--appendonly", "no")
    return ("--save", "", *append)


def _on_small_disk(site: Site) -> tuple[str, ...]:
    """A server that syncs every write ends itself when its disk is full; one that syncs every second refuses writes instead.

    What it stores on a small disk does not outlive its process anyway.
    """
    return () if size_mb(site.environment) is None else ("--appendfsync", "everysec")


def _program() -> Path:
    return find_program(("redis-server", "valkey-server"), Redis.package)


def ping(port: int) -> bool:
    """Ready is PONG; while an append-only file is loaded the answer is -LOADING."""
    try:
        with socket.create_connection((HOST, port), ATTEMPT_S) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(100)
    except OSError as error:
        raise NotYet(f"PING on port {port}: {error}") from error
    if answer != b"+PONG\r\n":
        raise NotYet(f"PING on port {port}: {answer.decode(errors='replace').strip() or 'closed'}")
    return True


@driver
class Redis(Driver):
    """`durable` servers keep every acknowledged write; others lose all data with their process."""

    kind = "redis"
    package = "redis-server"
    boot_order = 2
    ready_timeout_s = 20.0
    port_taken = r"Could not create server TCP listening socket|Address already in use"

    def find(self) -> None:
        """See Driver."""
        _program()

    def plan(self, server: Server, site: Site) -> Plan:
        """See Driver."""
        site.folder.mkdir(parents=True, exist_ok=True)
        port = site.ports.free()
        return Plan(
            command=(
                *(str(_program()), "--port", str(port), "--bind", HOST, "--dir", str(site.folder)),
                *("--daemonize", "no", *options(server), *_on_small_disk(site)),
            ),
            ports={"redis": port},
            probe=lambda: ping(port),
            cwd=site.folder,
            access=access,
        )
