"""The servers that pass this suite: ours always, a real Toxiproxy whenever there is one."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import httpx

from harness.proxy.process import ProxyProcess
from harness.seed import Seed
from harness.stack.ports import Ports
from harness.waiting import NotYet, wait_until

URL = "TOXIPROXY_URL"
PROGRAM = "toxiproxy-server"
OURS = "gauntlet"


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
    program = shutil.which(PROGRAM) or PROGRAM
    with Ports() as ports:
        port = ports.free()
        url = f"http://127.0.0.1:{port}"
        with subprocess.Popen([program, "-host", "127.0.0.1", "-port", str(port)]) as process:  # noqa: S603 - found on PATH
            try:
                wait_until(lambda: _answers(url), what=PROGRAM, timeout_s=20)
                yield ProxyServerUnderTest(PROGRAM, url, is_ours=False, pid=process.pid)
            finally:
                process.terminate()


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


def description() -> str:
    """Which servers the suite runs on, and which are absent."""
    absent = [what for what, there in ((URL, os.environ.get(URL)), (f"{PROGRAM} on PATH", shutil.which(PROGRAM))) if not there]
    return f"proxy conformance: {', '.join(KINDS)}" + (f" (absent: {', '.join(absent)})" if absent else "")
