"""Runs every load several times, directly and through a proxy by turns, and reports the median of each.

The ratio is taken round by round: whatever else the machine does in that moment slows both. CPU time of the proxy per unit is
the figure that survives a busy machine.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import psutil

from harness.own_process import module
from harness.proxy.bench.loads import LOADS, Load, LoadFailed, redis_get
from harness.proxy.process import ProxyProcess
from harness.seed import Seed
from harness.stack.native.redis import ping
from harness.stack.ports import Ports
from harness.waiting import wait_until

_SEED = Seed(1)


@dataclass(frozen=True)
class Result:
    """One load: units per second, the ratio of both, and CPU microseconds of the proxy per unit."""

    load: str
    unit: str
    direct: float
    proxied: float
    ratio: float
    target: float
    cpu_us: float


def measure(rounds: int, note: Callable[[str], None], loads: Sequence[Load] = LOADS) -> list[Result]:
    """Run all loads that can be run here; `note` is told what is left out and why. Raises LoadFailed, ProxyNotStarted."""
    results = []
    with ProxyProcess(_SEED) as proxy, _peer() as peer_port, _redis() as redis_port:
        for load in loads:
            port = redis_port if load.run is redis_get else peer_port
            if port is None:
                note(f"{load.name}: not measured, there is no redis-server and redis-benchmark on PATH")
                continue
            results.append(_run(load, port, proxy, rounds))
    return results


def _run(load: Load, port: int, proxy: ProxyProcess, rounds: int) -> Result:
    through = _through(proxy, load.name, port)
    process = psutil.Process(proxy.pid)
    direct, proxied, cpu = [], [], []
    for _ in range(rounds):
        direct.append(load.run(port, load.count))
        before = process.cpu_times()
        proxied.append(load.run(through, load.count))
        after = process.cpu_times()
        cpu.append(after.user + after.system - before.user - before.system)
    ratios = [mine / other for mine, other in zip(proxied, direct, strict=True)]
    return Result(
        load=load.name,
        unit=load.unit,
        direct=median(direct),
        proxied=median(proxied),
        ratio=median(ratios),
        target=load.target,
        cpu_us=sum(cpu) / rounds / load.count * 1e6,
    )


def _through(proxy: ProxyProcess, name: str, port: int) -> int:
    body = {"name": name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{port}"}
    with httpx.Client(base_url=proxy.url, trust_env=False) as client:
        listen: str = client.post("/proxies", json=body).raise_for_status().json()["listen"]
    return int(listen.rpartition(":")[2])


@contextlib.contextmanager
def _peer() -> Iterator[int]:
    command = module("harness.proxy.bench.peer")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            if process.stdout is None or not (line := process.stdout.readline()):
                raise LoadFailed("the other end did not start")
            yield int(line)
        finally:
            process.terminate()


@contextlib.contextmanager
def _redis() -> Iterator[int | None]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None or shutil.which("redis-benchmark") is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gauntlet-bench-") as folder, Ports(Path(folder) / "ports") as ports:
        port = ports.free()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--daemonize", "no"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - found on PATH
            try:
                wait_until(lambda: ping(port), what="redis-server", timeout_s=20)
                yield port
            finally:
                process.terminate()
