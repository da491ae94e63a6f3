"""The client of a container engine's HTTP API, over its socket.

Standard library only: the guard, which outlives the project's process, and processes that attach to a stack use it as well.
"""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from harness.stack.errors import EngineError, NoSuchContainer

_TIMEOUT_S = 30.0
_FRAME_HEADER = 8  # stream, three zeros, length in four bytes
_KILLED_BY = 128  # an exit code above it means: by that signal
_CONFLICT = http.client.CONFLICT


@dataclass(frozen=True)
class Look:
    """A container at one moment. `pid` is its first process, 0 when it does not run; `exit_code` as of a process."""

    running: bool
    paused: bool
    pid: int
    exit_code: int
    host_ips: tuple[str, ...]


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout_s: float | None) -> None:
        super().__init__("engine", timeout=timeout_s)
        self._path = path
        self._timeout_s = timeout_s

    def connect(self) -> None:
        """See HTTPConnection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._timeout_s)
        self.sock.connect(str(self._path))


class Engine:
    """All methods raise EngineError when the engine does not answer, NoSuchContainer for one that is not there (any more)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self, timeout_s: float) -> str:
        """The engine's version, answered within that many seconds."""
        return str(json.loads(self._ask("GET", "/version", timeout_s=timeout_s))["Version"])

    def has_image(self, name: str) -> bool:
        """Whether an image is on this machine."""
        try:
            self._ask("GET", f"/images/{quote(name, safe='/:@')}/json")
        except NoSuchContainer:
            return False
        return True

    def containers(self, labels: Mapping[str, str], *, running: bool = False) -> list[str]:
        """Ids of the containers that have all these labels; those that do not run as well unless told otherwise."""
        filters = json.dumps({"label": [f"{key}={value}" for key, value in labels.items()]})
        query = urlencode({"all": "0" if running else "1", "filters": filters})
        return [str(each["Id"]) for each in json.loads(self._ask("GET", f"/containers/json?{query}"))]

    def look(self, container: str) -> Look:
        """The current state of a container."""
        seen = json.loads(self._ask("GET", f"/containers/{container}/json"))
        state, code = seen["State"], int(seen["State"]["ExitCode"])
        bindings = (seen["HostConfig"].get("PortBindings") or {}).values()
        return Look(
            running=bool(state["Running"]),
            paused=bool(state["Paused"]),
            pid=int(state["Pid"]),
            exit_code=_KILLED_BY - code if code > _KILLED_BY else code,
            host_ips=tuple(str(binding["HostIp"]) for each in bindings for binding in each or ()),
        )

    def start(self, container: str) -> None:
        """Start a container that has stopped; nothing happens to one that runs."""
        self._ask("POST", f"/containers/{container}/start")

    def kill(self, container: str) -> None:
        """SIGKILL, also to a paused one; nothing happens to one that does not run."""
        with suppress(_Conflict):
            self._ask("POST", f"/containers/{container}/kill?signal=SIGKILL")

    def stop(self, container: str, grace_s: int) -> None:
        """Ask to stop, kill after `grace_s` seconds; returns when it has stopped."""
        self._ask("POST", f"/containers/{container}/stop?t={grace_s}", timeout_s=grace_s + _TIMEOUT_S)

    def pause(self, container: str) -> None:
        """Freeze all its processes."""
        self._ask("POST", f"/containers/{container}/pause")

    def unpause(self, container: str) -> None:
        """Continue all its processes."""
        self._ask("POST", f"/containers/{container}/unpause")

    def remove(self, container: str) -> None:
        """Kill and remove a container with the volumes that are its own; nothing happens to one that is gone or going."""
        with suppress(NoSuchContainer, _Conflict):
            self._ask("DELETE", f"/containers/{container}?force=1&v=1")

    def logs(self, container: str, *, follow: bool) -> Iterator[bytes]:
        """Its stdout and stderr from the beginning, in chunks; with `follow` until it stops."""
        query = f"stdout=1&stderr=1&follow={int(follow)}"
        connection = _Connection(self.path, None if follow else _TIMEOUT_S)
        with closing(connection):
            answer = self._answer(connection, "GET", f"/containers/{container}/logs?{query}")
            while len(header := answer.read(_FRAME_HEADER)) == _FRAME_HEADER:
                yield answer.read(int.from_bytes(header[4:]))

    def _ask(self, method: str, target: str, timeout_s: float = _TIMEOUT_S) -> bytes:
        with closing(_Connection(self.path, timeout_s)) as connection:
            try:
                return self._answer(connection, method, target).read()
            except (OSError, http.client.HTTPException) as error:
                raise EngineError(f"the Docker engine at {self.path} does not answer: {error!r}") from error

    def _answer(self, connection: _Connection, method: str, target: str) -> http.client.HTTPResponse:
        try:
            connection.request(method, target)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(f"the Docker engine at {self.path} does not answer: {error!r}") from error
        if answer.status < http.client.BAD_REQUEST:
            return answer
        said = answer.read().decode(errors="replace").strip()
        with suppress(ValueError, LookupError, TypeError):
            said = str(json.loads(said)["message"])
        kinds = {http.client.NOT_FOUND: NoSuchContainer, _CONFLICT: _Conflict}
        raise kinds.get(answer.status, EngineError)(said)


class _Conflict(EngineError):
    """The container's state does not allow the request."""


_GONE = Look(running=False, paused=False, pid=0, exit_code=0, host_ips=())


def look(engine: Engine, container: str) -> Look:
    """The state of a container; a removed one counts as not running. Raises EngineError."""
    try:
        return engine.look(container)
    except NoSuchContainer:
        return _GONE
