"""What only the docker provider has to care about: ports lost in a race, images, labels, and the command with containers."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from harness.stack.attach import attach
from harness.stack.capabilities import Kill, Pause
from harness.stack.docker.engine import Engine
from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import LeftOvers, NoSuchContainer, ServerMissing, StackError, StartFailed
from harness.stack.manifest import read
from harness.stack.marker import Mark
from harness.stack.ports import HOST, Ports
from harness.stack.providers import choose
from harness.stack.stack import Stack
from tests.conformance.sites import SERVER, Unlucky, site
from tests.conformance.toys import SMALL, left_behind, left_of, redis_client, small

NOWHERE = "localhost:1/nobody/has:this"


@pytest.fixture
def docker() -> DockerProvider:
    provider = DockerProvider()
    provider.prepare([SERVER], lambda _text: None)
    return provider


def test_a_server_that_lost_its_port_is_started_on_another_and_the_lost_one_is_removed(
    docker: DockerProvider, tmp_path: Path
) -> None:
    with socket.create_server((HOST, 0)) as thief:
        taken = thief.getsockname()[1]
        with Unlucky(taken, times=2) as ports:
            where = site(tmp_path, ports)
            server = docker.start(SERVER, where)
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
    choice = choose("auto")
    assert choice.provider.name == "docker"
    for kind in ("mysql", "redis", "rabbitmq"):
        assert kind in choice.reason


def test_auto_takes_processes_when_an_image_cannot_be_had() -> None:
    choice = choose("auto", lambda: DockerProvider(environ={**os.environ, "GAUNTLET_IMAGE_REDIS": NOWHERE}))
    assert choice.provider.name == "native"
    assert f"because the image {NOWHERE} is neither here" in choice.reason


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
        assert stack.can("locks", Kill)
        assert stack.can("locks", Pause)

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
