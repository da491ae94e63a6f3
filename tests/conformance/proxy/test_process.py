"""`python -m harness.proxy` as a process: ready, replayable, gone, and nothing left of it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.proxy.process import ProxyNotStarted, ProxyProcess
from harness.seed import Seed
from harness.waiting import wait_until
from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, ended
from tests.conformance.proxy.servers import OURS, ProxyServerUnderTest

COMMAND = [sys.executable, "-m", "harness.proxy", "--port", "0", "--seed", "7"]


def start(*more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([*COMMAND, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours


def toxic_connections(seed: Seed, upstream: str, number: int = 40) -> list[bool]:
    """Which of the connections, in the order in which they were made, a toxic of toxicity 0.5 acted on."""
    hit = []
    with ProxyProcess(seed) as process:
        api = Api(ProxyServerUnderTest(OURS, process.url, is_ours=True))
        address = api.proxy(upstream)
        api.toxic("limit_data", "upstream", toxicity=0.5, bytes=0)
        for _ in range(number):
            with connect(address) as client:
                client.sendall(b"x")
                hit.append(client.recv(1) == b"")
        api.http.close()
    return hit


def test_toxicity_replays_from_its_seed_and_from_no_other(echoing: Peer) -> None:
    first, again, other = (toxic_connections(Seed(seed), echoing.address) for seed in (1, 1, 2))
    assert first == again != other
    assert {True, False} == set(first)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_when_told(number: signal.Signals, quiet: Peer) -> None:
    process = start()
    try:
        assert process.stdout is not None
        ready, url, word, seed = process.stdout.readline().split()
        assert (ready, word, seed) == ("ready", "seed", "7")
        api = Api(ProxyServerUnderTest(OURS, url, is_ours=True))
        with connect(api.proxy(quiet.address)) as client:
            server = quiet.connection()
            process.send_signal(number)
            assert process.wait(20) == 0
            assert ended(client)
            assert ended(server)
        api.http.close()
    finally:
        process.kill()
        process.communicate()


def test_it_can_be_told_to_end_with_its_parent() -> None:
    process = start("--until-eof")
    try:
        assert process.stdout is not None
        process.stdout.readline()
        process.communicate(timeout=20)  # which closes its input first
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def test_a_port_in_use_is_said_and_ends_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*COMMAND[:3], "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ours
    assert done.returncode == 1
    assert done.stdout == ""
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_who_starts_it_learns_that_it_did_not() -> None:
    with pytest.raises(ProxyNotStarted):
        ProxyProcess(Seed(-1)).start()  # a seed that its command line refuses


@pytest.mark.parametrize("kind", ["", "latency", "bandwidth", "timeout", "reset_peer", "slow_close"])
def test_connections_leave_no_descriptors_behind(ours: Api, quiet: Peer, kind: str) -> None:
    assert ours.server.pid is not None
    process = psutil.Process(ours.server.pid)
    address = ours.proxy(quiet.address)
    ours.proxy("127.0.0.1:1", "nowhere")
    before = process.num_fds()
    if kind:
        ours.toxic(kind, "upstream")
    for _ in range(20):
        with connect(address) as client:
            client.sendall(b"x")
    for _ in range(5):
        ended(connect(ours.done("GET", "/proxies/nowhere")["listen"]))
    ours.done("PATCH", "/proxies/edge", {"enabled": False})
    ours.done("PATCH", "/proxies/edge", {"enabled": True})
    wait_until(lambda: process.num_fds() <= before, what="no more descriptors than before", timeout_s=20)
    assert ours.effects()["connections"]["open"] == 0


async def test_a_flood_of_connections_is_survived(ours: Api, echoing: Peer) -> None:
    host, _, port = ours.proxy(echoing.address).rpartition(":")
    opened = await asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(300)))
    for _, writer in opened:
        writer.write(b"x")
    assert [await reader.readexactly(1) for reader, _ in opened] == [b"x"] * 300
    for _, writer in opened:
        writer.close()
    assert ours.effects()["connections"]["accepted"] == 300


def answers(address: str) -> bool:
    with connect(address) as client:
        try:
            client.sendall(b"hello")
            return client.recv(5, socket.MSG_WAITALL) == b"hello"
        except ConnectionError:
            return False


def test_running_out_of_descriptors_is_survived(echoing: Peer) -> None:
    with ProxyProcess(Seed(1)) as process:
        api = Api(ProxyServerUnderTest(OURS, process.url, is_ours=True))
        address = api.proxy(echoing.address)
        there = psutil.Process(process.pid)
        there.rlimit(psutil.RLIMIT_NOFILE, (40, 40))
        flood = [connect(address) for _ in range(80)]
        # Either it could accept no more, or it could dial no more.
        wait_until(lambda: there.num_fds() >= 39 or api.effects()["connections"]["unreachable"], what="used up", timeout_s=20)
        for client in flood:
            client.close()
        # Those that are still to be accepted, and are dead by now, come first.
        wait_until(lambda: answers(address), what="working again", timeout_s=20)
        wait_until(lambda: api.effects()["connections"]["open"] == 0, what="all closed", timeout_s=20)
        api.http.close()


def test_no_process_of_this_suite_is_left() -> None:
    with ProxyProcess(Seed(1)) as process:
        pid = process.pid
        assert Path(f"/proc/{pid}").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
