"""Whatever carries the edges, they can be cut and mended, a toxic on them proves itself, and nothing is left of it.

The Toxiproxy is a real one where `toxiproxy-server` is on PATH, else its stand-in (ci/images), which has what the real one has,
and no more; the names of the tests say which.
"""

import asyncio
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.direction import Direction
from harness.proxy.client import EffectsState, ProxyClient
from harness.seed import Seed
from harness.stack.attach import attach
from harness.stack.capabilities import Cuttable
from harness.stack.carriers import Carrier
from harness.stack.carriers.container import InContainer
from harness.stack.carriers.given import Given
from harness.stack.carriers.processes import PROGRAM, OnPath, OwnProxy
from harness.stack.docker.provider import DockerProvider
from harness.stack.edges import MEMBER
from harness.stack.marker import Mark
from harness.stack.native.provider import NativeProvider
from harness.stack.ports import HOST, Ports
from harness.stack.probes import http_get
from harness.stack.stack import Stack
from harness.waiting import wait_until, wait_until_async
from tests.conformance.conftest import WITH_DOCKER
from tests.conformance.toys import SMALL, get, left_behind, left_of, small

STAND_IN = Path(__file__).resolve().parents[2] / "ci" / "images" / "toxiproxy" / "toxiproxy.py"
OWNER = Path(__file__).with_name("owner.py")
EDGE = "front-1->back-1"
REAL = shutil.which(PROGRAM)
WHICH = "real" if REAL else "stand-in"
OWN, GIVEN, ON_PATH = "own", f"given-{WHICH}", f"on-path-{WHICH}"
KINDS: dict[str, Callable[[str, str], Carrier]] = {
    OWN: lambda _path, _url: OwnProxy(),
    GIVEN: lambda _path, url: Given({"TOXIPROXY_URL": url}),
    ON_PATH: lambda path, _url: OnPath({"PATH": path}),
}
if WITH_DOCKER:
    KINDS["docker"] = lambda _path, _url: InContainer(DockerProvider(quickly_s=60), substitute=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with a toxiproxy-server, the real one where there is one."""
    if REAL:
        return str(Path(REAL).parent)
    program = tmp_path_factory.mktemp("bin with 'space'") / PROGRAM
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(STAND_IN)])} "$@"\n')
    program.chmod(0o755)
    return str(program.parent)


@contextlib.contextmanager
def somebodys(path: str) -> Iterator[str]:
    """The address of a server that is not ours to start and stop."""
    with Ports() as ports:
        port = ports.free()
        command = OnPath({"PATH": path}).command(port, Seed(7))
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - the real one or its stand-in
            try:
                wait_until(lambda: http_get(port, "/version"), what="somebody's Toxiproxy", timeout_s=20)
                yield f"http://{HOST}:{port}"
            finally:
                process.terminate()


@pytest.fixture(scope="module", params=KINDS)
def carrier(request: pytest.FixtureRequest, path: str) -> Iterator[Carrier]:
    with somebodys(path) as url:
        yield KINDS[request.param](path, url)


@pytest.fixture(scope="module")
def proxied(carrier: Carrier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    assert carrier.obstacle() == ""
    folder = tmp_path_factory.mktemp("carried")
    with Stack(small(), NativeProvider(), folder=folder, proxied=Seed(7), carrier=carrier) as stack:
        yield stack
    assert left_of(stack) == []


def address(stack: Stack) -> str:
    """Where front-1 finds back-1."""
    return stack.edge_addresses("front-1", "back")[0]


def test_an_edge_is_cut_and_mended(proxied: Stack) -> None:
    assert proxied.can(EDGE, Cuttable)
    assert get(address(proxied))["INSTANCE"] == "back-1"
    for hand in (proxied, attach(proxied.folder)):
        hand.cut(EDGE)
        try:
            with pytest.raises(ConnectionRefusedError):
                get(address(proxied))
        finally:
            hand.mend(EDGE)
        assert get(address(proxied))["INSTANCE"] == "back-1"


async def test_a_toxic_that_swallows_bytes_proves_it(proxied: Stack) -> None:
    assert proxied.proxy_url is not None
    async with ProxyClient(proxied.proxy_url) as proxy:
        before = (await proxy.effects(EDGE)).upstream.dropped
        await proxy.add_toxic(EDGE, "timeout", stream=Direction.UPSTREAM, timeout=0)
        try:
            with pytest.raises(TimeoutError):
                await asyncio.to_thread(get, address(proxied), timeout_s=0.3)

            async def more() -> EffectsState | None:
                now = await proxy.effects(EDGE)
                return now if now.upstream.dropped > before else None

            await wait_until_async(more, what="bytes that were dropped", timeout_s=20)
        finally:
            await proxy.remove_toxic(EDGE, "timeout_upstream")
    assert get(address(proxied))["INSTANCE"] == "back-1"


def test_it_is_a_member_of_the_stack_unless_it_is_somebody_elses(proxied: Stack, carrier: Carrier) -> None:
    members = {instance.name: instance for instance in proxied.instances()}
    if isinstance(carrier, Given):
        assert MEMBER not in members
    else:
        assert members[MEMBER].alive
        assert proxied.proxy_url == f"http://{proxied.address(MEMBER)}"
        assert proxied.logs(MEMBER).exists()


async def test_somebody_elses_server_keeps_what_is_not_ours(path: str, tmp_path: Path) -> None:
    with somebodys(path) as url:
        async with ProxyClient(url) as proxy:
            await proxy.create("theirs", f"{HOST}:1")
            stack = Stack(small(), NativeProvider(), folder=tmp_path, proxied=Seed(7), carrier=Given({"TOXIPROXY_URL": url}))
            await asyncio.to_thread(stack.start)
            try:
                assert set(await proxy.proxies()) == {"theirs", *stack.edges()}
                assert EDGE in stack.edges()
            finally:
                await asyncio.to_thread(stack.stop)
            assert set(await proxy.proxies()) == {"theirs"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != GIVEN])
def test_kill_of_the_owner_takes_it_along(kind: str, path: str, tmp_path: Path) -> None:
    engine = KINDS[kind](path, "").engine
    choice = "own" if kind == OWN else "toxiproxy"
    search = f"{path}:{os.environ['PATH']}" if kind == ON_PATH else os.environ["PATH"]
    owner = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(OWNER), "native", str(SMALL), str(tmp_path), choice],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PATH": search, "TOXIPROXY_URL": ""},
    )
    try:
        assert owner.stdout is not None
        mark = Mark(owner.stdout.readline().split()[1], tmp_path / "logs")
        assert any(line.startswith("up") for line in owner.stdout)
        assert len(left_behind(mark.of(MEMBER), engine)) == 1
    finally:
        owner.kill()
        owner.communicate()
    wait_until(lambda: not left_behind(mark, engine), what="nothing left", timeout_s=20)
