"""Where the Docker engine of this machine listens, found the way the docker command finds it. Standard library only.

Servers are published on the loopback address of the engine's host, so an engine elsewhere is of no use here.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from harness.stack.errors import EngineError

_SCHEME = "unix://"
_DEFAULT = Path("/var/run/docker.sock")


def socket_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The engine's socket: DOCKER_HOST, else the current docker context, else the usual place.

    Raises EngineError for an engine that is not on this machine, and when there is no socket.
    """
    host = environ.get("DOCKER_HOST") or _host_of_context(environ)
    if not host:
        path = _DEFAULT
    elif host.startswith(_SCHEME):
        path = Path(host.removeprefix(_SCHEME))
    else:
        raise EngineError(f"the Docker engine at {host} is not reached through a socket of this machine")
    if not path.exists():
        raise EngineError(f"there is no Docker engine at {path}")
    return path


def _host_of_context(environ: Mapping[str, str]) -> str:
    """The engine of the current docker context, "" for the default one. Raises EngineError for one that cannot be read."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "/")) / ".docker")
    try:
        config = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError):
        config = {}
    name = environ.get("DOCKER_CONTEXT") or config.get("currentContext") or "default"
    if name == "default":
        return ""
    meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    try:
        return str(json.loads(meta.read_text())["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise EngineError(f"the docker context {name} cannot be read ({meta}: {error})") from error
