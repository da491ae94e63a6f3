"""RabbitMQ: one node with its own port mapper (epmd), so that several stacks run concurrently.

The server script is run inside its library folder: the wrapper on PATH discards output and switches to its own user.
"""

import re
import secrets
import shutil
from pathlib import Path

from harness.stack.errors import ServerMissing
from harness.stack.manifest import AdminAccess
from harness.stack.native.driver import Driver, Plan, driver, find_program
from harness.stack.ports import HOST
from harness.stack.probes import amqp
from harness.stack.provider import Site
from harness.stack.topology import Server

_LIBRARIES = (Path("/usr/lib/rabbitmq/lib"), Path("/usr/local/lib/rabbitmq/lib"), Path("/opt/rabbitmq"))
_PLUGIN = re.compile(r"rabbitmq_(?!prelaunch)")
"""Names of plugins; the server's own libraries are named differently."""
USER = "gauntlet"
SCHEDULERS = "+S 2:2 +sbwt none"
"""Two schedulers without busy waiting: the node shares the machine with the whole stack."""


def _script() -> Path:
    for library in _LIBRARIES:
        if scripts := sorted(library.glob("rabbitmq_server-*/sbin/rabbitmq-server")):
            return scripts[-1]
    on_path = find_program(("rabbitmq-server",), RabbitMq.package).resolve()
    if not re.search(r"rabbitmq_server-[^/]+/sbin/", str(on_path)):
        raise ServerMissing(f"{on_path} is a wrapper, and its library folder was not found below {_LIBRARIES[0]}")
    return on_path


def without_plugins(server: Path, home: Path) -> Path:
    """A copy of the server's folder in `home`, made of links and without plugins; returns its scripts' folder.

    None of them is enabled, and a node looks for each of its hundreds of modules in every folder: with them it boots with
    half as much work again.
    """
    if not (server / "plugins").is_dir():
        return server / "sbin"
    copy = home / "server"
    shutil.rmtree(copy, ignore_errors=True)
    for folder in ("sbin", "plugins"):
        (copy / folder).mkdir(parents=True)
        for entry in (server / folder).iterdir():
            if folder == "sbin" or not _PLUGIN.match(entry.name):
                (copy / folder / entry.name).symlink_to(entry)
    (copy / "escript").symlink_to(server / "escript")
    return copy / "sbin"


@driver
class RabbitMq(Driver):
    """Boots in several seconds, most of them on the processor, so it is the first to be started."""

    kind = "rabbitmq"
    package = "rabbitmq-server"
    boot_order = 0
    ready_timeout_s = 90.0
    port_taken = r"eaddrinuse|could not bind"

    def find(self) -> None:
        """See Driver."""
        _script()

    def plan(self, server: Server, site: Site) -> Plan:
        """See Driver."""
        home = site.folder
        home.mkdir(parents=True, exist_ok=True)
        ports = {name: site.ports.free() for name in ("amqp", "dist", "epmd")}
        password = secrets.token_hex(16)
        cookie = home / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
        config = {
            "listeners.tcp.1": f"{HOST}:{ports['amqp']}",
            "loopback_users": "none",
            "default_vhost": site.vhost,
            "default_user": USER,
            "default_pass": password,
            "disk_free_limit.absolute": "50MB",
        }
        (home / "rabbitmq.conf").write_text("".join(f"{key} = {value}\n" for key, value in config.items()))
        (home / "plugins").write_text("[].\n")
        script = _script()
        return Plan(
            command=(str(script),),
            ports=ports,
            probe=lambda: amqp(ports["amqp"], USER, password, site.vhost),
            cwd=home,
            environment=_environment(home, ports, without_plugins(script.parent.parent, home)),
            access=lambda _caller: {"user": USER, "password": password, "vhost": site.vhost},
            admin=AdminAccess(ports["dist"], "", cookie.read_text()),
        )


def _environment(home: Path, ports: dict[str, int], scripts: Path) -> dict[str, str]:
    return {
        "RABBITMQ_SCRIPTS_DIR": str(scripts),  # beside them it looks for its libraries
        "HOME": str(home),
        "ERL_EPMD_ADDRESS": HOST,
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "RABBITMQ_NODENAME": f"gauntlet-{ports['amqp']}@localhost",
        "RABBITMQ_NODE_PORT": str(ports["amqp"]),
        "RABBITMQ_NODE_IP_ADDRESS": HOST,
        "RABBITMQ_DIST_PORT": str(ports["dist"]),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the node instead of waiting for it
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "config"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{SCHEDULERS} -kernel inet_dist_use_interface {{127,0,0,1}}",
    }
