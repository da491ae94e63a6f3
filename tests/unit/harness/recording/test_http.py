"""What passes the transport is on record before it leaves and after its answer was read, whatever becomes of it."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from harness.history import Ending, Invoke
from harness.recording import Undeclared, operation
from harness.recording.exchange import DIGESTED, KEPT
from harness.recording.http import RecordingTransport, recorded_client
from tests.unit.harness.recording.kept import Kept

TIMEOUT = httpx.Timeout(7.0)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    """A recorded client of a server on loopback that serves one connection so."""

    async def serving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(serving, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, recorded_client(f"http://127.0.0.1:{port}", timeout=TIMEOUT) as http:
        yield http


def says(text: bytes) -> Serve:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return serve


def answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


async def test_an_answer_is_on_record_with_its_wanted_headers(kept: Kept) -> None:
    text = answer(b'{"title":"later","access_token":"x"}', "503 No", "Retry-After: 2\r\nLocation: /o/1\r\nX-Other: 1\r\n")
    async with served(says(text)) as http:
        with operation(kept.recorder, "buyer-1", "place_order", {"key": "k"}):
            response = await http.post("/orders", json={"items": []})
    assert response.status_code == 503
    done = kept.only
    assert (done.process, done.name, done.input) == ("buyer-1", "place_order", {"key": "k"})
    assert (done.status, done.ending, done.output) == (503, Ending.INFO, {"title": "later"})
    assert done.exchange is not None
    assert done.exchange.request == "POST /orders"
    assert done.exchange.headers == {"retry-after": "2", "location": "/o/1"}
    assert (done.exchange.deadline_s, done.exchange.late_s) == (7.0, None)
    assert (done.exchange.request_bytes, done.exchange.response_bytes) == (12, 36)
    assert (done.exchange.request_sha256, done.exchange.response_sha256) == ("", "")


async def test_the_invoke_is_on_record_before_the_request_leaves(kept: Kept) -> None:
    at_the_server: list[type] = []

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_the_server.extend(type(record) for record in kept)
        writer.write(answer(b""))

    async with served(serve) as http:
        with operation(kept.recorder, "buyer-1", "read"):
            await http.get("/")
    assert at_the_server == [Invoke]


async def test_long_bodies_are_digested_as_they_were_on_the_wire(kept: Kept) -> None:
    sent, told = b"x" * DIGESTED, gzip.compress(b'{"id":"o-1","noise":"%s"}' % (bytes(range(97, 123)) * 90), 0)
    async with served(says(answer(told, headers="Content-Encoding: gzip\r\n"))) as http:
        with operation(kept.recorder, "buyer-1", "send"):
            response = await http.post("/", content=sent)
    assert response.json()["id"] == kept.only.output["id"] == "o-1"
    exchange = kept.only.exchange
    assert exchange is not None
    assert exchange.request_sha256 == hashlib.sha256(sent).hexdigest()
    assert exchange.response_sha256 == hashlib.sha256(told).hexdigest()


async def test_of_an_answer_too_long_to_keep_the_digest_is_kept(kept: Kept) -> None:
    told = b'{"x":"%s"}' % (b"y" * KEPT)
    async with served(says(answer(told))) as http:
        with operation(kept.recorder, "buyer-1", "read"):
            assert (await http.get("/")).content == told
    assert (kept.only.ok, kept.only.output) == (True, {})
    assert kept.only.exchange is not None
    assert kept.only.exchange.response_sha256 == hashlib.sha256(told).hexdigest()


async def test_a_refused_connection_did_nothing(kept: Kept) -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    async with recorded_client(f"http://127.0.0.1:{port}", timeout=TIMEOUT) as http:
        with pytest.raises(httpx.ConnectError), operation(kept.recorder, "buyer-1", "place_order"):
            await http.post("/orders")
    assert (kept.only.ending, kept.only.status) == (Ending.FAIL, None)
    assert kept.only.error.startswith("ConnectError")


@pytest.mark.parametrize(
    "text",
    [b"", b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{", b"nonsense\r\n\r\n"],
    ids=["no answer", "cut", "nonsense"],
)
async def test_a_connection_that_breaks_leaves_the_outcome_unknown(kept: Kept, text: bytes) -> None:
    async with served(says(text)) as http:
        with pytest.raises(httpx.TransportError), operation(kept.recorder, "buyer-1", "place_order"):
            await http.post("/orders")
    assert (kept.only.ending, kept.only.status) == (Ending.INFO, None)
    assert kept.only.error


async def test_a_late_answer_is_unknown_and_by_how_much_it_was_late_is_told(kept: Kept) -> None:
    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client gives up

    async with served(serve) as http:
        with pytest.raises(httpx.ReadTimeout), operation(kept.recorder, "buyer-1", "read", deadline_s=0.05):
            await http.get("/", timeout=0.2)
    assert kept.only.unknown
    exchange = kept.only.exchange
    assert exchange is not None
    assert exchange.late_s is not None
    assert (exchange.deadline_s, 0.1 < exchange.late_s < 5) == (0.05, True)


async def test_a_request_that_is_cancelled_is_unknown(kept: Kept) -> None:
    arrived = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()

    async def does(http: httpx.AsyncClient) -> None:
        with operation(kept.recorder, "buyer-1", "read"):
            await http.get("/")

    async with served(serve) as http:
        task = asyncio.create_task(does(http))
        await arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (kept.only.unknown, kept.only.error) == (True, "CancelledError")


async def test_an_answer_closed_unread_is_unknown(kept: Kept) -> None:
    async with served(says(answer(b"x" * 70_000))) as http:
        with operation(kept.recorder, "buyer-1", "read"):
            async with http.stream("GET", "/") as response:
                async for _ in response.aiter_bytes():
                    break
    assert (kept.only.unknown, kept.only.error) == (True, "closed before its end")


async def test_every_request_of_a_block_is_an_operation(kept: Kept) -> None:
    transport = RecordingTransport(httpx.MockTransport(lambda _request: httpx.Response(200, json={"n": 1})))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", trust_env=False) as http:
        with operation(kept.recorder, "buyer-1", "read"):
            await http.get("/")
            await http.get("/")
        await http.get("/unrecorded")
    assert [(each.name, each.status, each.output) for each in kept.operations] == [("read", 200, {"n": 1})] * 2


async def test_undeclared_requests_are_recorded_where_that_is_wanted(kept: Kept) -> None:
    inner = httpx.MockTransport(lambda _request: httpx.Response(200, text="hello"))
    undeclared = Undeclared(kept.recorder, "stranger")
    async with httpx.AsyncClient(
        transport=RecordingTransport(inner, undeclared=undeclared), base_url="http://x", trust_env=False
    ) as http:
        await http.put("/things/12", json={"name": "n", "password": "p"})
    done = kept.only
    assert (done.process, done.name, done.output) == ("stranger", "PUT /things/{id}", {"text": "hello"})
    assert done.input == {"path": "/things/12", "body": {"name": "n"}}
