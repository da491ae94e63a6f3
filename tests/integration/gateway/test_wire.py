"""What does not even follow HTTP, over a socket of its own: refused, and the gateway goes on."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from harness.stack.attach import AttachedStack

HEAD = b"POST /auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"


async def exchange(stack: AttachedStack, sent: bytes) -> bytes:
    """Everything the gateway says to these bytes until it closes the connection."""
    address = urlsplit(stack.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read(65536)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: -1\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 2, 3\r\n\r\n{}", b"400"),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", b"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 9999999999\r\n\r\n", b"413"),
        (HEAD + b"Content-Length: 70000\r\n\r\n", b"413"),
    ],
)
async def test_what_is_no_request_is_refused(
    stack: AttachedStack, gateway: httpx.AsyncClient, sent: bytes, status: bytes
) -> None:
    assert (await exchange(stack, sent)).split(b" ", 2)[1] == status
    assert (await gateway.get("/health/live")).status_code == 200
