"""The toy systems of the conformance tests, and talking to them."""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path

import pymysql
import redis

from harness.stack.marker import marked
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


def left_of(stack: Stack) -> list[int]:
    """Pids of living processes of a stack."""
    return marked(stack.mark)


def pids_of(stack: Stack, member: str) -> list[int]:
    return marked(stack.mark.of(member))


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
