"""Redis in a container: in memory, or with every write on disk before it is acknowledged."""

from harness.stack.docker.driver import Base, Driver, Recipe, driver
from harness.stack.docker.images import Image
from harness.stack.native.redis import access, options, ping
from harness.stack.provider import Site
from harness.stack.topology import Server


@driver
class Redis(Driver):
    """As durable as the native one."""

    kind = "redis"
    image = Image("redis", "redis:8", "gauntlet/redis:local")
    port = 6379
    port_name = "redis"
    boot_order = 2
    ready_timeout_s = 30.0

    def recipe(self, server: Server, site: Site, base: Base) -> Recipe:
        """See Driver."""
        from testcontainers.community.redis import RedisContainer  # slow

        container = RedisContainer(base.image, port=self.port, docker_client_kw=base.client)
        container.with_command(["redis-server", *options(server)])
        return Recipe(container, probe=lambda: ping(base.port), access=access)
