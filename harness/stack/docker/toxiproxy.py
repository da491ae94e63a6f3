"""Toxiproxy in a container: no server of a system under test, but a carrier of its edges.

It is on the host's network, because what it forwards to listens on this machine's loopback address, and so must it.
"""

from functools import partial

from harness.stack.docker.driver import Base, Driver, Recipe
from harness.stack.docker.images import Image
from harness.stack.ports import HOST
from harness.stack.probes import http_get
from harness.stack.provider import Site
from harness.stack.topology import Server


class Toxiproxy(Driver):
    """Its control API is on the port it was given. Its byte counters prove the effect of faults."""

    kind = "toxiproxy"
    image = Image(
        "toxiproxy",
        "shopify/toxiproxy:2.12.0",
        "gauntlet/toxiproxy:local",
        caveat="A STAND-IN, not Toxiproxy: the project's own proxy behind its command line",
    )
    port = 8474
    port_name = "http"
    boot_order = 3
    ready_timeout_s = 30.0

    def recipe(self, server: Server, site: Site, base: Base) -> Recipe:
        """See Driver."""
        from testcontainers.core.container import DockerContainer  # slow

        container = DockerContainer(base.image, docker_client_kw=dict(base.client))
        container.with_command([f"-host={HOST}", f"-port={base.port}", "-proxy-metrics"])
        return Recipe(container, probe=partial(http_get, base.port, "/version"), on_host=True)
