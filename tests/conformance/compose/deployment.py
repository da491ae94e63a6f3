"""One deployment by docker compose, under a name and on ports of its own."""

import json
import os
import socket
import subprocess
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ci.images import compose
from harness.waiting import NotYet, wait_until

ROOT = Path(__file__).resolve().parents[3]
ADMIN_PASSWORD = "development-only-admin"
PORTS = ("GATEWAY_PORT", "PROVIDER_PORT", "MAILBOX_PORT")
UP_TIMEOUT_S = 900
READY_TIMEOUT_S = 120
KINDS = ("container", "volume", "network")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on; all held until all are known."""
    with ExitStack() as opened:
        return [opened.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


def docker(*arguments: str) -> str:
    """What a docker command printed; it fails the test when it fails."""
    return _run(["docker", *arguments], os.environ)


def _run(command: Sequence[str], environment: "os._Environ[str] | dict[str, str]", timeout_s: float = 60) -> str:
    done = subprocess.run(  # noqa: S603 - tests call docker
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


class Deployment:
    """Commands of docker compose for the shop. Which images it is made of comes from the environment."""

    def __init__(self) -> None:
        self.name = f"gauntlet-{uuid.uuid4().hex[:8]}"
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        # Callers find new instances while a test waits for it.
        self._environment = (
            os.environ
            | {name: str(port) for name, port in self.ports.items()}
            | {"CONNECTION_AGE_S": "5", "METRICS_PORT": "9090"}
        )
        found = compose.command()
        assert found, "there is no docker compose: `python -m ci.images.engine start` fetches it"
        self._command = found

    def compose(self, *arguments: str) -> str:
        """What a docker compose command printed; it fails the test when it fails."""
        return _run([*self._command, "-p", self.name, *arguments], self._environment, UP_TIMEOUT_S)

    def up(self, *options: str) -> None:
        """Up, and everything healthy. Any docker compose will do: `--wait` is not used, which old ones lack."""
        try:
            self.compose("up", "--detach", *options)
            wait_until(self._healthy, what="the deployment", timeout_s=READY_TIMEOUT_S, poll_s=0.5)
        except (AssertionError, TimeoutError) as error:
            logs = self.compose("logs", "--no-color", "--tail", "20")
            raise AssertionError(f"{error}\n{logs}") from error

    def down(self) -> None:
        """Everything gone, data too; nothing to do is fine."""
        self.compose("down", "--volumes", "--remove-orphans")

    def _healthy(self) -> bool:
        for state in self.inspect(self._list("container")):
            name, status, health = state["Name"], state["State"]["Status"], state["State"].get("Health", {}).get("Status")
            assert status == "running" or state["State"]["ExitCode"] == 0, (
                f"{name} ended with code {state['State']['ExitCode']}"
            )
            if status == "running" and health != "healthy":
                raise NotYet(f"{name} is {health or status}")
        return True

    def containers(self, service: str = "") -> list[str]:
        """Ids of the running containers, of one service or all."""
        filters = [f"--filter=label=com.docker.compose.service={service}"] if service else []
        return docker("ps", "--quiet", f"--filter=label=com.docker.compose.project={self.name}", *filters).split()

    def inspect(self, containers: Sequence[str]) -> list[dict[str, Any]]:
        """What docker knows of them."""
        return list(json.loads(docker("inspect", *containers))) if containers else []

    def left(self) -> dict[str, list[str]]:
        """What there still is of this deployment, by kind."""
        return {kind: self._list(kind) for kind in KINDS}

    def _list(self, kind: str) -> list[str]:
        everything = ("--all",) if kind == "container" else ()
        return docker(kind, "ls", "--quiet", *everything, f"--filter=label=com.docker.compose.project={self.name}").split()
