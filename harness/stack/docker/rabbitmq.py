"""RabbitMQ in a container.

The class of testcontainers for it needs a second AMQP client (pika) only to wait; ours waits with aio-pika, which is there.
"""

import secrets

from harness.stack.docker.driver import Base, Driver, Recipe, driver
from harness.stack.docker.images import Image
from harness.stack.manifest import AdminAccess
from harness.stack.native.rabbitmq import SCHEDULERS, USER
from harness.stack.probes import amqp
from harness.stack.provider import Site
from harness.stack.topology import Server

_NODE_PORT = 25672
_FILES = "+Q 65536"
"""Erlang reserves memory for as many files as the limit allows, and an engine may allow a billion."""


@driver
class RabbitMq(Driver):
    """Its node is called after the host name, and finds its data again only under the same one."""

    kind = "rabbitmq"
    image = Image("rabbitmq", "rabbitmq:4-management", "gauntlet/rabbitmq:local")
    port = 5672
    port_name = "amqp"
    boot_order = 0
    ready_timeout_s = 90.0

    def recipe(self, server: Server, site: Site, base: Base) -> Recipe:
        """See Driver."""
        from testcontainers.core.container import DockerContainer  # slow

        password, cookie, node = secrets.token_hex(16), secrets.token_hex(16), site.ports.free()
        container = DockerContainer(base.image, docker_client_kw=dict(base.client)).with_envs(
            RABBITMQ_DEFAULT_USER=USER,
            RABBITMQ_DEFAULT_PASS=password,
            RABBITMQ_DEFAULT_VHOST=site.vhost,
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"{SCHEDULERS} {_FILES} -setcookie {cookie}",
        )
        return Recipe(
            container,
            probe=lambda: amqp(base.port, USER, password, site.vhost),
            options={"hostname": server.name},
            access=lambda _caller: {"user": USER, "password": password, "vhost": site.vhost},
            admin=AdminAccess(node, "", cookie),
            inner={node: _NODE_PORT},
        )
