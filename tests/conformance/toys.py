"""The toy systems of the conformance tests, and talking to them."""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path

import psutil
import pymysql
import redis

from harness.stack.docker.engine import Engine
from harness.stack.marker import Mark, marked
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from harness.stack.view import StackView

TOYS = Path(__file__).parent / "toy"
WHOLE = TOYS / "toy.toml"  # every kind of server
SMALL = TOYS / "small.toml"  # starts in a fraction of a second


def whole() -> Topology:
    return Topology.load(WHOLE)


def small() -> Topology:
    return Topology.load(SMALL)


def left_behind(mark: Mark, engine: Path | None) -> list[int | str]:
    """Pids of living processes and ids of containers, running or not, of a stack or a member."""
    return [*marked(mark), *(Engine(engine).containers(mark.labels()) if engine is not None else ())]


def left_of(stack: Stack) -> list[int | str]:
    """The same for a stack of ours."""
    return left_behind(stack.mark, stack.manifest.engine)


def living(stack: Stack, member: str) -> list[int | str]:
    """Pids of living processes and ids of running containers of a member."""
    mark, engine = stack.mark.of(member), stack.manifest.engine
    return [*marked(mark), *(Engine(engine).containers(mark.labels(), running=True) if engine is not None else ())]


def listening(stack: Stack) -> list[str]:
    """The addresses that processes of a stack listen on, and those that ports of its containers are published on."""
    pids = set(marked(stack.mark))
    addresses = [
        connection.laddr[0]
        for connection in psutil.net_connections("inet")
        if connection.pid in pids and connection.status == psutil.CONN_LISTEN and connection.laddr
    ]
    if (path := stack.manifest.engine) is not None:
        engine = Engine(path)
        for container in engine.containers(stack.mark.labels(), running=True):
            addresses += engine.look(container).host_ips
    return addresses


def get(address: str, path: str = "/", timeout_s: float = 5.0) -> Mapping[str, str]:
    """GET a toy process: the environment it sees. Raises OSError."""
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer: Mapping[str, str] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def redis_client(stack: StackView, name: str, timeout_s: float = 5.0) -> "redis.Redis":
    return redis.Redis.from_url(
        stack.redis_url(name), socket_timeout=timeout_s, socket_connect_timeout=timeout_s, decode_responses=True
    )


def mysql_connection(stack: StackView, schema: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    access = stack.mysql(schema)
    return pymysql.connect(
        host=access.host, port=access.port, user=access.user, password=access.password, database=access.schema
    )
