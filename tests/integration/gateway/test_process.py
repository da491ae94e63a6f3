"""The gateway's process, alone with nothing behind it: it lives, says that it is not ready, refuses honestly, drains."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from harness.waiting import wait_until_async

SECONDS_TO_START = 30
SECONDS_TO_STOP = 15
BODY = json.dumps({"email": "ada@shop.example", "password": "correct horse battery"}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def spawn(**environment: str) -> asyncio.subprocess.Process:
    """A gateway whose every neighbour refuses connections."""
    nobody = f"127.0.0.1:{free_port()}"
    services = {f"{name}_ADDRESSES": nobody for name in ("USER", "PRODUCT", "ORDER", "PAYMENT")}
    servers = {"BROKER_URL": f"amqp://u:p@{nobody}/v", "CACHE_URL": f"redis://{nobody}/0"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "system.gateway",
        env=os.environ | services | servers | {"INSTANCE": "gateway-alone"} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@dataclass(frozen=True)
class Alone:
    """A running gateway."""

    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    port: int

    async def alive(self) -> bool:
        assert self.process.returncode is None, "it ended before it was alive"
        try:
            return (await self.http.get("/health/live")).status_code == 200
        except httpx.TransportError:
            return False


@asynccontextmanager
async def running(**environment: str) -> AsyncIterator[Alone]:
    port = free_port()
    process = await spawn(HTTP_PORT=str(port), **environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:
            alone = Alone(process, http, port)
            await wait_until_async(alone.alive, what="the gateway alive", timeout_s=SECONDS_TO_START)
            yield alone
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(SECONDS_TO_STOP):
        return await process.wait()


async def test_alone_it_lives_and_says_what_is_away() -> None:
    async with running() as alone:
        answer = await alone.http.get("/health/ready")
        told = answer.json()
        assert (answer.status_code, told["code"]) == (503, "NOT_READY")
        assert {told[name] for name in ("broker", "user", "product", "order", "cache")} == {"away"}
        assert (await alone.http.get("/api-docs")).status_code == 200


async def test_alone_it_answers_503_at_once_and_never_500() -> None:
    async with running() as alone:
        requests = [
            alone.http.get("/products"),
            alone.http.get("/users/me", headers={"Authorization": "Bearer x"}),
            alone.http.post("/auth/login", content=BODY, headers={"Content-Type": "application/json"}),
        ]
        for answer in await asyncio.gather(*requests):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1


async def test_logins_are_limited_even_without_redis() -> None:
    async with running(LOGIN_RATE="2/minute") as alone:
        body = {"content": BODY, "headers": {"Content-Type": "application/json"}}
        statuses = [(await alone.http.post("/auth/login", **body)).status_code for _ in range(3)]  # type: ignore[arg-type]  # keywords of post
        assert statuses == [503, 503, 429]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_it_finish_what_has_begun(number: signal.Signals) -> None:
    async with running() as alone:
        reader, writer = await asyncio.open_connection("127.0.0.1", alone.port)
        head = (
            f"POST /auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        )
        writer.write(head.encode() + BODY[:10])
        await writer.drain()
        # The gateway has the head once it has answered another request that came after it.
        assert await alone.alive()
        alone.process.send_signal(number)
        await wait_until_async(lambda: refuses(alone.port), what="the port closed", timeout_s=SECONDS_TO_STOP)
        assert alone.process.returncode is None, "it waits for the request that has begun"
        writer.write(BODY[10:])
        async with asyncio.timeout(SECONDS_TO_STOP):
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 503"), "the user service is away"
        assert await ended(alone.process) == 0


@pytest.mark.parametrize("signals", [1, 2])
async def test_what_is_not_finished_in_time_is_told_so(signals: int) -> None:
    async with running(DRAIN_TIMEOUT_S="1") as alone:
        reader, writer = await asyncio.open_connection("127.0.0.1", alone.port)
        head = "POST /auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        assert await alone.alive()
        for _ in range(signals):
            alone.process.terminate()
            await wait_until_async(lambda: refuses(alone.port), what="the port closed", timeout_s=SECONDS_TO_STOP)
        async with asyncio.timeout(SECONDS_TO_STOP):
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 503"), answer
        assert b"retry-after: 1" in answer.lower()
        assert await ended(alone.process) == 0


async def refuses(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


async def test_a_port_that_is_taken_ends_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await spawn(HTTP_PORT=str(taken.getsockname()[1]))
        async with asyncio.timeout(SECONDS_TO_START):
            await process.communicate()
        assert process.returncode not in (0, None)


async def test_a_setting_that_cannot_be_read_is_named() -> None:
    process = await spawn(HTTP_PORT="many", LOGIN_RATE="often")
    async with asyncio.timeout(SECONDS_TO_START):
        said, _ = await process.communicate()
    assert process.returncode not in (0, None)
    assert b"HTTP_PORT" in said
    assert b"LOGIN_RATE" in said
