"""Over sockets that are not there: heads within bounds, and problems in place of plain text."""

import asyncio
import json
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from system.gateway.app import create_app
from system.gateway.protocol import FIELD_BYTES_MAX, FIELDS_MAX, URL_MAX, Protocol
from system.gateway.serving import configuration
from tests.unit.system.gateway.fakes import fake_shop

GET = b"GET /health/live HTTP/1.1\r\nHost: shop\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 1)})
        self.said = b""
        self.closing = False
        self.ended = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closing
        self.said += data

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True
        self.ended.set()

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    @property
    def status(self) -> str:
        return self.said.split(b" ", 2)[1].decode() if self.said else ""


def connected(**settings: Any) -> tuple[Protocol, Wire]:
    shop = fake_shop(**settings)
    config = configuration(create_app(shop.parts), shop.settings)
    config.load()
    made = cast(type[Protocol], config.http_protocol_class)(config, ServerState(), {})
    wire = Wire()
    made.connection_made(wire)
    return made, wire


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"NONSENSE\r\n\r\n", "400", "MALFORMED_REQUEST"),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: shop\r\n\r\n", "400", "MALFORMED_REQUEST"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", "414", "URI_TOO_LONG"),
        (b"GET /" + b"x" * URL_MAX, "414", "URI_TOO_LONG"),
        (GET + b"X-Long: " + b"x" * FIELD_BYTES_MAX + b"\r\n\r\n", "431", "HEADERS_TOO_LARGE"),
        (GET + b"X-Endless: " + b"x" * (FIELD_BYTES_MAX + URL_MAX), "431", "HEADERS_TOO_LARGE"),
        (GET + b"X-Many: x\r\n" * FIELDS_MAX + b"\r\n", "431", "HEADERS_TOO_LARGE"),
    ],
)
@pytest.mark.parametrize("at_a_time", [1 << 20, 1000])
async def test_what_is_no_request_is_told_so_in_a_problem(sent: bytes, status: str, code: str, at_a_time: int) -> None:
    gateway, wire = connected()
    for begin in range(0, len(sent), at_a_time):
        if not wire.closing:
            gateway.data_received(sent[begin : begin + at_a_time])
    head, _, body = wire.said.partition(b"\r\n\r\n")
    assert wire.closing
    assert wire.status == status
    assert b"content-type: application/problem+json" in head
    told = json.loads(body)
    assert (told["status"], told["code"]) == (int(status), code)
    assert f"x-trace-id: {told['trace_id']}".encode() in head
    gateway.connection_lost(None)


async def test_heads_at_their_limits_are_read() -> None:
    gateway, wire = connected()
    gateway.data_received(b"GET /?" + b"x" * (URL_MAX - 2) + b" HTTP/1.1\r\n")
    gateway.data_received(b"X-Many: x\r\n" * FIELDS_MAX + b"\r\n")
    await asyncio.wait(gateway.tasks)
    assert wire.status == "307"
    gateway.connection_lost(None)


@pytest.mark.parametrize(("begun", "status"), [(b"", ""), (GET, "408"), (b"G", "408")])
async def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes, status: str) -> None:
    gateway, wire = connected(head_timeout_s=0.01)
    if begun:
        gateway.data_received(begun)
    async with asyncio.timeout(5):
        await wire.ended.wait()
    assert wire.status == status
    gateway.connection_lost(None)


async def test_the_second_request_of_a_connection_is_timed_like_the_first() -> None:
    gateway, wire = connected(head_timeout_s=0.05)
    gateway.data_received(GET + b"\r\n")
    await asyncio.wait(gateway.tasks)
    assert wire.status == "200"
    wire.said = b""
    gateway.data_received(GET)
    async with asyncio.timeout(5):
        await wire.ended.wait()
    assert wire.status == "408"
    gateway.connection_lost(None)


async def test_a_head_behind_a_request_that_is_answered_does_not_end_it() -> None:
    gateway, wire = connected(head_timeout_s=0.01, request_timeout_s=0.2)
    gateway.data_received(b"POST /auth/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}GET /he")
    await asyncio.wait(gateway.tasks)
    assert wire.status == "422", "the first is answered"
    async with asyncio.timeout(5):
        await wire.ended.wait()
    assert wire.said.count(b"HTTP/1.1 408") == 1
    gateway.connection_lost(None)


async def test_nonsense_behind_a_request_is_no_answer_to_it() -> None:
    gateway, wire = connected()
    gateway.data_received(GET + b"\r\nNONSENSE\r\n\r\n")
    assert (wire.closing, wire.said) == (True, b"")
    gateway.connection_lost(None)
    await asyncio.wait(gateway.tasks)


async def test_a_body_that_is_malformed_is_told_so() -> None:
    gateway, wire = connected()
    gateway.data_received(b"POST /auth/login HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    gateway.data_received(b"zz\r\n")
    assert wire.status == "400"
    gateway.connection_lost(None)
    await asyncio.wait(gateway.tasks)
