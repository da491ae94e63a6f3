"""Isolates tests on shared servers: a namespace has its own schemas, virtual host and Redis databases.

    with Namespace.take(stack) as mine:
        mine.mysql("order"), mine.amqp_url, mine.redis_url("redis-cache")

Any process that can attach to a stack can take one. `namespace` is the object, `slots` says whose it is, `instance` runs a
service in it, and there is one file per kind of server, registered where it is defined; `erlang` and `terms` are how RabbitMQ
is told.
"""

from harness.stack.namespaces.instance import OwnInstance, running
from harness.stack.namespaces.namespace import Namespace
from harness.stack.namespaces.parts import NamespaceFailed

__all__ = ["Namespace", "NamespaceFailed", "OwnInstance", "running"]
