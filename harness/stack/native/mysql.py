"""MariaDB or MySQL: a private server with one schema and one account per service, each with its own password.

An initialised data folder is made once per server version, cached, and copied for each server, which is a second faster
than initialising. Accounts come from an init file, which runs before the first connection is accepted.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs
import pymysql

from harness.stack.errors import StartFailed
from harness.stack.manifest import AdminAccess
from harness.stack.native.driver import Driver, Plan, driver, find_program
from harness.stack.ports import HOST
from harness.stack.probes import ATTEMPT_S
from harness.stack.provider import Site
from harness.stack.safe_paths import is_safe, make_safe_folder
from harness.stack.topology import Server
from harness.waiting import NotYet

COMMON = (
    "--skip-name-resolve",
    "--skip-log-bin",
    "--performance-schema=0",
    "--character-set-server=utf8mb4",
    "--default-time-zone=+00:00",
    "--max-connections=1000",
    "--innodb-buffer-pool-size=64M",
)
MARIADB = ("--innodb-log-file-size=16M",)
MYSQL = ("--innodb-redo-log-capacity=16M", "--loose-mysqlx=0")
ADMIN = "gauntlet-admin"
_INIT_TIMEOUT_S = 120


@dataclass(frozen=True)
class Program:
    """The server program. Durability is left at its defaults: each commit is flushed, pages are written twice."""

    path: Path
    version: str

    @property
    def is_mariadb(self) -> bool:
        """MariaDB installs a mysqld as well; `--version` tells which it is."""
        return "MariaDB" in self.version

    @property
    def user(self) -> tuple[str, ...]:
        """Options to run as root, which both refuse otherwise."""
        return ("--user=root",) if os.geteuid() == 0 else ()

    def options(self) -> tuple[str, ...]:
        """Settings for a small server that starts fast."""
        own = MARIADB if self.is_mariadb else MYSQL
        return (*COMMON, *own, *self.user)

    def initialise(self, folder: Path) -> None:
        """Make an empty data folder. Raises StartFailed with what the program said."""
        if self.is_mariadb:
            install = find_program(("mariadb-install-db", "mysql_install_db"), Mysql.package)
            command = [str(install), "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
        else:
            command = [str(self.path), "--no-defaults", "--initialize-insecure"]
        command += [f"--datadir={folder}", *(option for option in self.options() if option.startswith("--innodb-"))]
        command += self.user
        done = subprocess.run(  # noqa: S603 - found on this machine, no shell
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_INIT_TIMEOUT_S, check=False
        )
        if done.returncode:
            raise StartFailed(f"{' '.join(command)} ended with code {done.returncode}:\n{done.stdout}")


@cache
def _program() -> Program:
    path = find_program(("mariadbd", "mysqld"), Mysql.package)
    said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - as above
    return Program(path, said.stdout.strip())


def template(program: Program, cache_folder: Path) -> Path:
    """An initialised data folder for this version, made when there is none. Concurrent calls are safe."""
    recipe = "\n".join((program.version, *program.options()))
    final = cache_folder / f"mysql-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"
    if final.is_dir():
        return final
    cache_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_folder, prefix="making-") as making:
        fresh = Path(making) / "data"
        fresh.mkdir()
        if is_safe(fresh):
            program.initialise(fresh)
        else:
            elsewhere = make_safe_folder()
            try:
                program.initialise(elsewhere)
                shutil.copytree(elsewhere, fresh, dirs_exist_ok=True)
            finally:
                shutil.rmtree(elsewhere)
        with suppress(OSError):  # another process has made it: its folder is used
            fresh.rename(final)
    return final


def _template_for(program: Program, site: Site) -> Path:
    try:
        return template(program, platformdirs.user_cache_path("gauntlet") / "templates")
    except OSError:  # a read-only home
        return template(program, site.folder / "template")


def accounts_sql(schemas: Mapping[str, str], root_password: str) -> str:
    """An init file: one schema and one account per name, with that password. It runs at every boot.

    root, who may come through the socket only, has an equal who may come from the loopback address: ADMIN.
    """
    statements = (
        f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{root_password}'",
        f"CREATE USER IF NOT EXISTS '{ADMIN}'@'{HOST}' IDENTIFIED BY '{root_password}'",
        f"GRANT ALL ON *.* TO '{ADMIN}'@'{HOST}' WITH GRANT OPTION",
        *account_statements(schemas, HOST),
    )
    return "".join(f"{statement};\n" for statement in statements)


def account_statements(schemas: Mapping[str, str], host: str) -> list[str]:
    """One schema and one account per name, with that password; it has all rights in its schema, and connects from `host`."""
    statements = []
    for name, password in schemas.items():
        statements += [
            f"CREATE DATABASE IF NOT EXISTS `{name}`",
            f"CREATE USER IF NOT EXISTS '{name}'@'{host}' IDENTIFIED BY '{password}'",
            f"GRANT ALL ON `{name}`.* TO '{name}'@'{host}'",
        ]
    return statements


def query(port: int, user: str, password: str, schema: str) -> bool:
    """Ready is: an account logs in to its schema and gets an answer."""
    try:
        connection = pymysql.connect(
            host=HOST, port=port, user=user, password=password, database=schema, connect_timeout=int(ATTEMPT_S)
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except (pymysql.MySQLError, OSError) as error:
        raise NotYet(f"mysql on port {port}: {error}") from error


@driver
class Mysql(Driver):
    """Accounts may connect from the loopback address only."""

    kind = "mysql"
    package = "mariadb-server"
    boot_order = 1
    ready_timeout_s = 60.0
    port_taken = r"Bind on TCP/IP port|Address already in use"

    def find(self) -> None:
        """See Driver."""
        _program()

    def plan(self, server: Server, site: Site) -> Plan:
        """See Driver."""
        program, data = _program(), site.folder / "data"
        site.folder.mkdir(parents=True, exist_ok=True)
        if not data.exists():
            shutil.copytree(_template_for(program, site), data)
        passwords = {name: secrets.token_hex(16) for name in (*server.schemas, "gauntlet")}
        admin_password = secrets.token_hex(16)
        init_file = site.folder / "accounts.sql"
        init_file.touch(mode=0o600)
        init_file.write_text(accounts_sql(passwords, admin_password))
        port = site.ports.free()
        return Plan(
            command=(
                *(str(program.path), "--no-defaults", f"--datadir={data}", f"--init-file={init_file}"),
                *(f"--port={port}", f"--bind-address={HOST}"),
                # Relative to the data folder: an absolute path may be too long for a socket.
                *("--socket=mysql.sock", f"--pid-file={site.folder / 'pid'}", f"--tmpdir={site.folder}"),
                f"--secure-file-priv={site.folder}",  # MySQL insists on a folder that exists
                *program.options(),
            ),
            ports={"mysql": port},
            probe=lambda: query(port, "gauntlet", passwords["gauntlet"], "gauntlet"),
            cwd=site.folder,
            access=lambda caller: {"user": caller, "password": passwords[caller], "schema": caller},
            admin=AdminAccess(port, ADMIN, admin_password),
        )
