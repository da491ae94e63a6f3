"""MySQL in a container, with one schema and one account per service, each with a password of its own.

The official image boots twice the first time, without a port, then with one; others boot once. Accounts are made over the
port, when the server that has one answers.
"""

import secrets
from functools import partial

import pymysql

from harness.stack.docker.driver import Base, Driver, Recipe, driver
from harness.stack.docker.images import Image
from harness.stack.errors import StartFailed
from harness.stack.manifest import AdminAccess
from harness.stack.native.mysql import COMMON, MYSQL, account_statements, query
from harness.stack.ports import HOST
from harness.stack.provider import Site
from harness.stack.topology import Server

_ADMIN = "gauntlet"  # the schema of the probe
_CONNECT_S = 10


@driver
class Mysql(Driver):
    """Accounts may connect from anywhere: to the server all clients come from the engine's bridge, and its port is ours."""

    kind = "mysql"
    image = Image("mysql", "mysql:8.4", "gauntlet/mysql:local")
    port = 3306
    port_name = "mysql"
    boot_order = 1
    ready_timeout_s = 120.0

    def recipe(self, server: Server, site: Site, base: Base) -> Recipe:
        """See Driver."""
        from testcontainers.community.mysql import MySqlContainer  # slow

        root = secrets.token_hex(16)
        passwords = {name: secrets.token_hex(16) for name in server.schemas}
        container = MySqlContainer(
            base.image, username="root", password=root, dbname=_ADMIN, port=self.port, docker_client_kw=base.client
        )
        container.with_command(["mysqld", *COMMON, *MYSQL])
        return Recipe(
            container,
            probe=lambda: query(base.port, "root", root, _ADMIN),
            furnish=partial(_make_accounts, server.name, base.port, root, passwords),
            access=lambda caller: {"user": caller, "password": passwords[caller], "schema": caller},
            admin=AdminAccess(base.port, "root", root),
        )


def _make_accounts(name: str, port: int, root: str, passwords: dict[str, str]) -> None:
    try:
        connection = pymysql.connect(host=HOST, port=port, user="root", password=root, connect_timeout=_CONNECT_S)
        with connection, connection.cursor() as cursor:
            for statement in account_statements(passwords, host="%"):
                cursor.execute(statement)
    except (pymysql.MySQLError, OSError) as error:
        raise StartFailed(f"the accounts of {name} could not be made: {error}") from error
