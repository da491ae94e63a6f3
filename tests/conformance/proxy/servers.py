"""The servers that pass this suite: ours always, a real Toxiproxy whenever there is one.

The docker provider's container is one of them where GAUNTLET_CONFORMANCE_DOCKER=1 says that there is an engine; its image
may be a stand-in, which is said.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx

from harness.proxy.process import ProxyProcess
from harness.seed import Seed
from harness.stack.carriers.processes import PROGRAM, OnPath
from harness.stack.docker.provider import DockerProvider
from harness.stack.ports import HOST, Ports
from harness.stack.topology import Server
from harness.waiting import NotYet, wait_until
from tests.conformance.sites import site

URL = "TOXIPROXY_URL"
OURS = "gauntlet"
CONTAINER = "docker"
WITH_DOCKER = os.environ.get("GAUNTLET_CONFORMANCE_DOCKER") == "1"
notes: list[str] = []
"""What there is to say about the servers that were started."""


@dataclass(frozen=True)
class ProxyServerUnderTest:
    """A control API. A server that is given by its URL is emptied by every test."""

    name: str
    url: str
    is_ours: bool
    pid: int | None = None


@contextlib.contextmanager
def _ours() -> Iterator[ProxyServerUnderTest]:
    with ProxyProcess(Seed(42)) as process:
        yield ProxyServerUnderTest(OURS, process.url, is_ours=True, pid=process.pid)


@contextlib.contextmanager
def _given() -> Iterator[ProxyServerUnderTest]:
    yield ProxyServerUnderTest(URL, os.environ[URL].rstrip("/"), is_ours=False)


@contextlib.contextmanager
def _on_path() -> Iterator[ProxyServerUnderTest]:
    with Ports() as ports:
        port = ports.free()
        url = f"http://{HOST}:{port}"
        with subprocess.Popen(OnPath().command(port, Seed(42))) as process:  # noqa: S603 - found on PATH, started as stacks do
            try:
                wait_until(lambda: _answers(url), what=PROGRAM, timeout_s=20)
                yield ProxyServerUnderTest(PROGRAM, url, is_ours=False, pid=process.pid)
            finally:
                process.terminate()


@contextlib.contextmanager
def _in_container() -> Iterator[ProxyServerUnderTest]:
    provider, server = DockerProvider(), Server("proxy", "toxiproxy")
    provider.prepare([server], lambda text: notes.append(f"{CONTAINER}: {text}"))
    with tempfile.TemporaryDirectory(prefix="gauntlet-toxiproxy-") as folder, Ports() as ports:
        running = provider.start(server, site(Path(folder), ports, server))
        try:
            yield ProxyServerUnderTest(CONTAINER, f"http://{HOST}:{running.port}", is_ours=False, pid=running.member.pid)
        finally:
            running.discard()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/version", trust_env=False).is_success
    except httpx.TransportError as error:
        raise NotYet(str(error)) from error


KINDS: dict[str, Callable[[], AbstractContextManager[ProxyServerUnderTest]]] = {OURS: _ours}
if os.environ.get(URL):
    KINDS["given"] = _given
if shutil.which(PROGRAM):
    KINDS[PROGRAM] = _on_path
if WITH_DOCKER:
    KINDS[CONTAINER] = _in_container


def description() -> str:
    """Which servers the suite runs on, and which are absent."""
    sources = {URL: os.environ.get(URL), f"{PROGRAM} on PATH": shutil.which(PROGRAM), "the docker provider's": WITH_DOCKER}
    absent = [what for what, there in sources.items() if not there]
    return f"proxy conformance: {', '.join(KINDS)}" + (f" (absent: {', '.join(absent)})" if absent else "")
