"""What only the docker provider has to care about: ports lost in a race, images, labels, and the command with containers."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest
import redis

from harness.stack.attach import attach
from harness.stack.capabilities import Killable, Pausable
from harness.stack.docker.engine import Engine
from harness.stack.docker.provider import DockerProvider
from harness.stack.docker.toxiproxy import Toxiproxy
from harness.stack.errors import LeftOvers, NoSuchContainer, ServerMissing, StackError, StartFailed
from harness.stack.manifest import read
from harness.stack.marker import Mark
from harness.stack.ports import HOST, Ports
from harness.stack.providers import choose
from harness.stack.stack import Stack
from harness.stack.topology import Server
from tests.conformance.sites import SERVER, Unlucky, site
from tests.conformance.toys import SMALL, left_behind, left_of, redis_client, small

NOWHERE = "localhost:1/nobody/has:this"
PROXY = Server("proxy", "toxiproxy")


@contextmanager
def slow_engine(engine: Path, path: Path, delay_s: float) -> Iterator[Path]:
    """A socket that leads to the engine, and lets nothing through for so long after it was connected to."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(delay_s)
        there, back = await asyncio.open_unix_connection(engine)
        await asyncio.gather(copy(reader, back), copy(there, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve() -> None:
        async with await asyncio.start_unix_server(relay, path):
            ready.set()
            await asyncio.to_thread(done.wait)

    ready, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(20)
        yield path
    finally:
        done.set()
        thread.join()


@pytest.fixture
def docker() -> DockerProvider:
    provider = DockerProvider()
    provider.prepare([SERVER, PROXY], lambda _text: None)
    return provider


@pytest.mark.parametrize("kind", [SERVER, PROXY], ids=["published", "on-host"])
def test_a_server_that_lost_its_port_is_started_on_another_and_the_lost_one_is_removed(
    docker: DockerProvider, kind: Server, tmp_path: Path
) -> None:
    with socket.create_server((HOST, 0)) as thief:
        taken = thief.getsockname()[1]
        with Unlucky(taken, times=2) as ports:
            where = site(tmp_path, ports, kind)
            server = docker.start(kind, where)
            try:
                assert server.port != taken
                assert server.member.alive
                assert left_behind(where.mark, docker.engine) == [server.container]
            finally:
                server.discard()
    assert left_behind(where.mark, docker.engine) == []


def test_it_gives_up_in_the_end_and_leaves_nothing(docker: DockerProvider, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as thief, Unlucky(thief.getsockname()[1], times=99) as ports:
        where = site(tmp_path, ports)
        with pytest.raises(StartFailed, match=r"locks cannot be started: .*address already in use"):
            docker.start(SERVER, where)
        assert left_behind(where.mark, docker.engine) == []


def test_what_is_removed_takes_its_data_along_and_does_not_run(docker: DockerProvider, tmp_path: Path) -> None:
    with Ports() as ports:
        server = docker.start(SERVER, site(tmp_path, ports))
        server.discard()
    assert server.container is not None
    assert not server.member.alive
    with pytest.raises(NoSuchContainer):
        Engine(docker.engine).look(server.container)
    with pytest.raises(StackError, match="locks does not run"):
        server.member.pause()
    assert "Ready to accept connections" in server.member.log.read_text()


def test_an_image_that_cannot_be_had_is_named_with_the_setting_that_asked_for_it() -> None:
    provider = DockerProvider(environ={**os.environ, "GAUNTLET_IMAGE_REDIS": NOWHERE})
    with pytest.raises(ServerMissing, match=rf"image {NOWHERE} is neither here .*; set GAUNTLET_IMAGE_REDIS to another one"):
        provider.prepare([SERVER], pytest.fail)


def test_auto_takes_containers_here_and_says_of_which_images() -> None:
    choice = choose("auto", lambda: DockerProvider(quickly_s=60))  # this machine may be busy; the bound is tested below
    assert choice.provider.name == "docker"
    for kind in ("mysql", "redis", "rabbitmq"):
        assert kind in choice.reason


def test_auto_takes_processes_when_an_image_cannot_be_had() -> None:
    environ = {**os.environ, "GAUNTLET_IMAGE_REDIS": NOWHERE}
    choice = choose("auto", lambda: DockerProvider(environ, quickly_s=60))
    assert choice.provider.name == "native"
    assert f"because the image {NOWHERE} is neither here" in choice.reason


def test_auto_does_not_wait_for_a_slow_engine_and_whoever_asks_for_containers_does(
    docker: DockerProvider, tmp_path: Path
) -> None:
    with slow_engine(docker.engine, tmp_path / "slow.sock", delay_s=1.0) as path:
        slow = DockerProvider({**os.environ, "DOCKER_HOST": f"unix://{path}"}, quickly_s=0.1)
        choice = choose("auto", lambda: slow)
        assert choice.provider.name == "native"
        assert f"the Docker engine at {path} does not answer" in choice.reason
        slow.prepare([SERVER], lambda _text: None)


def test_toxiproxy_reaches_and_is_reached_on_loopback_only_and_goes_with_its_labels(tmp_path: Path) -> None:
    provider, said = DockerProvider(), list[str]()
    provider.prepare([PROXY], said.append)
    assert provider.selected(PROXY.kind).name in {Toxiproxy.image.official, *" ".join(said).split()}
    with Ports() as ports, socket.create_server((HOST, 0)) as upstream:
        where = site(tmp_path, ports, PROXY)
        proxy = provider.start(PROXY, where)
        try:
            wanted = {"name": "edge", "listen": f"{HOST}:{ports.free()}", "upstream": f"{HOST}:{upstream.getsockname()[1]}"}
            url = f"http://{HOST}:{proxy.port}/proxies"
            assert httpx.post(url, json={**wanted, "enabled": True}, trust_env=False).status_code == httpx.codes.CREATED
            host, _, port = wanted["listen"].partition(":")
            with socket.create_connection((host, int(port)), timeout=20) as client:
                client.sendall(b"hello")
                upstream.settimeout(20)
                with upstream.accept()[0] as server:
                    assert server.recv(5) == b"hello"
            assert proxy.member.pid is not None
            listening = [each.laddr[0] for each in psutil.Process(proxy.member.pid).net_connections("inet") if not each.raddr]
            assert listening == [HOST, HOST]
            assert left_behind(where.mark, provider.engine) == [proxy.container]
        finally:
            proxy.discard()
        assert left_behind(where.mark, provider.engine) == []


def test_toxiproxy_is_the_image_that_one_setting_names() -> None:
    provider = DockerProvider(environ={**os.environ, "GAUNTLET_IMAGE_TOXIPROXY": NOWHERE})
    with pytest.raises(
        ServerMissing, match=rf"image {NOWHERE} is neither here .*; set GAUNTLET_IMAGE_TOXIPROXY to another one"
    ):
        provider.prepare([PROXY], pytest.fail)
    assert "toxiproxy" not in DockerProvider(provider._environ, quickly_s=60).check(), "no server of a system: auto needs none"


def test_a_container_that_somebody_adds_to_a_stack_is_reported_and_removed(tmp_path: Path) -> None:
    provider = DockerProvider()
    stack = Stack(small(), provider, folder=tmp_path).start()
    with Ports() as ports:
        where = replace(site(tmp_path, ports), mark=replace(stack.mark, instance="added"))
        added = provider.start(SERVER, where)
        with pytest.raises(LeftOvers, match=f"containers left over, removed now: {added.container}"):
            stack.stop()
    assert left_of(stack) == []


def test_the_command_brings_containers_up_another_process_hurts_them_and_nothing_is_left(tmp_path: Path) -> None:
    def gauntlet(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "harness.cli", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our CLI

    up = gauntlet("up", "--provider", "docker", "--topology", str(SMALL), "--detach", "--json")
    try:
        assert up.returncode == 0, up.stderr
        folder = Path(json.loads(up.stdout)["folder"])
        stack, manifest = attach(folder), read(folder)
        mark = Mark(manifest.stack, folder / "logs")
        assert manifest.provider == "docker"
        assert stack.can("locks", Killable)
        assert stack.can("locks", Pausable)

        stack.pause("locks")
        with redis_client(stack, "locks", timeout_s=0.3) as locks, pytest.raises(redis.TimeoutError):
            locks.ping()
        stack.resume("locks")
        stack.resume("locks")
        with redis_client(stack, "locks") as locks:
            assert locks.ping()
        stack.kill("locks")
        assert not stack.instance("locks").alive
        for action in (stack.pause, stack.resume, stack.kill):
            with pytest.raises(StackError, match="locks does not run"):
                action("locks")
        assert "Ready to accept connections" in gauntlet("logs", "locks").stdout
    finally:
        down = gauntlet("down")
    assert down.returncode == 0, down.stderr
    assert left_behind(mark, manifest.engine) == []
