"""Connections that the servers of a stack hold, asked of the servers themselves: what clients leak shows there.

One class of server, one function in SERVERS. Ours are not counted; those that proxies hold for clients are.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import MappingProxyType

import pymysql
from redis import Redis
from redis.exceptions import RedisError

from harness.stack.errors import NoSuchMember
from harness.stack.manifest import AdminAccess
from harness.stack.namespaces.erlang import Node
from harness.stack.topology import Role
from harness.stack.view import Instance, StackView

TIMEOUT_S = 5
OURS = 1
"""The connection by which a server is asked."""


class NotCountedError(Exception):
    """A server did not say how many connections it holds."""


@dataclass(frozen=True, order=True)
class Held:
    """How many a server holds of something; `clients` is the number of instances that have an edge to the server."""

    server: str
    kind: str
    what: str
    number: int
    clients: int


def held(stack: StackView) -> tuple[Held, ...]:
    """What all servers hold, by server. Raises NotCountedError."""
    try:
        return tuple(
            each for server in stack.instances() if (ask := SERVERS.get(server.kind)) is not None for each in ask(stack, server)
        )
    except (pymysql.MySQLError, RedisError, OSError, NoSuchMember) as error:
        raise NotCountedError(f"{type(error).__name__}: {error}") from error


def _mysql(stack: StackView, server: Instance) -> Iterator[Held]:
    """Connections of each account that a service has."""
    admin = _admin(stack, server)
    host = stack.address(server.name).rpartition(":")[0]
    query = "SELECT user, COUNT(*) FROM information_schema.processlist WHERE user IS NOT NULL GROUP BY user"
    with (
        closing(
            pymysql.connect(
                host=host,
                port=admin.port,
                user=admin.user,
                password=admin.password,
                connect_timeout=TIMEOUT_S,
                read_timeout=TIMEOUT_S,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        found = dict(cursor.fetchall())
    for schema, access in sorted(stack.manifest.mysql.items()):
        yield Held(
            server.name,
            server.kind,
            f"connections of {schema}",
            int(found.get(access.user, 0)),
            _clients(stack, server, schema),
        )


def _redis(stack: StackView, server: Instance) -> Iterator[Held]:
    with Redis.from_url(stack.redis_url(server.name), socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S) as redis:
        clients: Mapping[str, int] = redis.info("clients")
    yield Held(server.name, server.kind, "connections", clients["connected_clients"] - OURS, _clients(stack, server))


def _rabbitmq(stack: StackView, server: Instance) -> Iterator[Held]:
    admin = _admin(stack, server)
    with Node(admin.port, admin.password) as node:
        connections = node.call("rabbit_networking", "connections", [])
        channels = node.call("rabbit_channel", "list", [])
    yield Held(server.name, server.kind, "channels", len(channels), _clients(stack, server))
    yield Held(server.name, server.kind, "connections", len(connections), _clients(stack, server))


def _admin(stack: StackView, server: Instance) -> AdminAccess:
    try:
        return stack.manifest.admin[server.name]
    except KeyError as error:
        raise NoSuchMember(f"nobody may administer {server.name}") from error


def _clients(stack: StackView, server: Instance, service: str = "") -> int:
    """Instances with an edge to a server: of one service, or of all."""
    edges = stack.manifest.edges
    services = [each for each in stack.instances() if each.role is Role.SERVICE and service in ("", each.service)]
    return sum(server.service in edges.get(each.name, ()) for each in services)


SERVERS: Mapping[str, Callable[[StackView, Instance], Iterator[Held]]] = MappingProxyType(
    {"mysql": _mysql, "redis": _redis, "rabbitmq": _rabbitmq}
)
"""By the kind of a server."""
