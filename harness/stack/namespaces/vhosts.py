"""A virtual host of its own on a RabbitMQ broker: queues, exchanges and bindings of any name, and connections to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from harness.stack.namespaces.erlang import Node
from harness.stack.namespaces.parts import NamespaceFailed, Part, Spot, part

_EVERYTHING = b".*"


@part
class VirtualHost(Part):
    """The broker's account gets access to it. Its clients are disconnected when it is removed."""

    kind: ClassVar[str] = "rabbitmq"

    def __init__(self, spot: Spot) -> None:
        self._spot = spot
        stack = urlsplit(spot.view.amqp_url)
        self._user, self._password = unquote(stack.username or ""), unquote(stack.password or "")

    def make(self) -> None:
        """See Part."""
        name, user = self._spot.name.encode(), self._user.encode()
        with self._node() as node:
            self._remove(node)
            node.call("rabbit_vhost", "add", [name, user])
            everything = [_EVERYTHING] * 3
            node.call("rabbit_auth_backend_internal", "set_permissions", [user, name, *everything, user])

    def empty(self) -> None:
        """See Part."""
        self.make()

    def remove(self) -> None:
        """See Part."""
        with self._node() as node:
            self._remove(node)

    def access(self) -> Mapping[str, str]:
        """See Part."""
        return {"user": self._user, "password": self._password, "vhost": self._spot.name}

    def _remove(self, node: Node) -> None:
        name = self._spot.name.encode()
        if node.call("rabbit_vhost", "exists", [name]) == "true":
            node.call("rabbit_vhost", "delete", [name, self._user.encode()])

    @contextmanager
    def _node(self) -> Iterator[Node]:
        admin = self._spot.admin
        try:
            with Node(admin.port, admin.password) as node:
                yield node
        except OSError as error:
            raise NamespaceFailed(f"virtual host {self._spot.name} on {self._spot.server.name}: {error}") from error
