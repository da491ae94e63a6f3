"""Starts a sandbox as the stack does: a process, loopback ports in its environment, health observed."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

SECONDS_TO_START = 30
SECONDS_TO_STOP = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox and a client of its HTTP API."""

    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    smtp_port: int

    async def healthy(self) -> bool:
        assert self.process.returncode is None, f"it ended with {self.process.returncode} before it was healthy"
        try:
            return (await self.http.get("/health")).status_code == 200
        except httpx.TransportError:
            return False

    async def struck(self) -> bool:
        rules = (await self.http.get("/script")).json()["rules"]
        return any(rule["hits"] for rule in rules)

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(with_signal)
        async with asyncio.timeout(SECONDS_TO_STOP):
            return await self.process.wait()


async def spawn(name: str, stderr: int | None = None, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"system.sandbox.{name}", env=os.environ | environment, stderr=stderr
    )


@asynccontextmanager
async def running(name: str, journal: str = "") -> AsyncIterator[Sandbox]:
    http_port, smtp_port = free_port(), free_port()
    process = await spawn(name, SANDBOX_HTTP_PORT=str(http_port), SANDBOX_SMTP_PORT=str(smtp_port), SANDBOX_JOURNAL=journal)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", timeout=10, trust_env=False) as http:
            sandbox = Sandbox(process, http, smtp_port)
            await until(sandbox.healthy, SECONDS_TO_START)
            yield sandbox
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)
