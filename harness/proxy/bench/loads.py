"""The three loads, each against a port of the loopback address; each returns how much it did per second."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.proxy.bench.peer import ECHO, REQUEST, SWALLOW

_TIMEOUT_S = 120.0
_MIB = 1 << 20


class LoadFailed(Exception):
    """A load could not be run to its end; the message says why."""


@dataclass(frozen=True)
class Load:
    """`run(port)` returns units per second over `count` units; `target` is the ratio that the real Toxiproxy reached."""

    name: str
    unit: str
    count: int
    target: float
    run: Callable[[int, int], float]


def bulk(port: int, mebibytes: int) -> float:
    """Send in one direction as fast as it goes, until the other end has all of it."""
    block = bytes(_MIB)
    with _connected(port) as connection:
        started = time.perf_counter()
        connection.sendall(REQUEST.pack(SWALLOW, mebibytes * _MIB))
        for _ in range(mebibytes):
            connection.sendall(block)
        _expect(connection, 1)
        return mebibytes / (time.perf_counter() - started)


def echo(port: int, round_trips: int) -> float:
    """Round trips of 64 bytes, in sequence."""
    message = bytes(64)
    with _connected(port) as connection:
        connection.sendall(REQUEST.pack(ECHO, 0))
        started = time.perf_counter()
        for _ in range(round_trips):
            connection.sendall(message)
            _expect(connection, len(message))
        return round_trips / (time.perf_counter() - started)


def redis_get(port: int, requests: int) -> float:
    """GET by 50 clients of redis-benchmark."""
    program = shutil.which("redis-benchmark") or "redis-benchmark"
    command = [program, "-h", "127.0.0.1", "-p", str(port), "-c", "50", "-n", str(requests), "-t", "get", "--csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)  # noqa: S603 - fixed words
    for line in done.stdout.splitlines():
        name, _, rest = line.replace('"', "").partition(",")
        if name == "GET":
            return float(rest.split(",")[0])
    raise LoadFailed(f"redis-benchmark ended with {done.returncode}: {done.stdout}{done.stderr}")


LOADS = (
    Load("bulk, MiB", "MiB", 96, 0.24, bulk),
    Load("64-byte round trips", "round trip", 1000, 0.41, echo),
    Load("redis GET, 50 clients", "request", 8_000, 0.46, redis_get),
)


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _expect(connection: socket.socket, size: int) -> None:
    while size:
        data = connection.recv(size)
        if not data:
            raise LoadFailed("the connection was closed")
        size -= len(data)
