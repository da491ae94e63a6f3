"""An httpx transport that writes every request as an operation: invoke before it is sent, completion when its answer is read.

An answer counts when it was read to its end: a connection that breaks within the body, or a caller that closes it earlier,
leaves the outcome unknown.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Set

import httpx

from harness.history import Call, Ending, Row
from harness.recording.exchange import KEPT, WANTED, Observed, json_object, without_secrets
from harness.recording.operation import Declared, Undeclared, declared_operation

DEFAULT_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


def recorded_client(
    base_url: str,
    *,
    timeout: httpx.Timeout,
    limits: httpx.Limits = DEFAULT_LIMITS,
    verify: ssl.SSLContext | bool = True,
    undeclared: Undeclared | None = None,
) -> httpx.AsyncClient:
    """A client whose requests are recorded. Proxy variables of the environment are ignored: the system is on loopback."""
    inner = httpx.AsyncHTTPTransport(verify=verify, limits=limits, trust_env=False)
    transport = RecordingTransport(inner, undeclared=undeclared)
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, transport=transport, trust_env=False)


class RecordingTransport(httpx.AsyncBaseTransport):
    """Records what passes through it to `inner`, retries and redirects each as an operation of its own.

    Requests that no `operation` block declares are recorded as `undeclared` says, and pass unrecorded without it. `wanted` are
    the names, in lower case, of the answer's headers to keep.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, undeclared: Undeclared | None = None, wanted: Set[str] = WANTED
    ) -> None:
        self._inner = inner
        self._undeclared = undeclared
        self._wanted = wanted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.AsyncBaseTransport. Raises what `inner` raises, after recording it."""
        declared = declared_operation() or self._named(request)
        if declared is None:
            return await self._inner.handle_async_request(request)
        timeouts = request.extensions.get("timeout", {})
        seen = Observed(
            request=f"{request.method} {request.url.path}",
            request_body=_sent(request),
            deadline_s=declared.deadline_s if declared.deadline_s is not None else timeouts.get("read"),
        )
        call = declared.begin()
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            call.errored(error, exchange=seen.ended())
            raise
        seen.answered(response.headers, self._wanted)
        if response.is_stream_consumed:  # a response built in memory is decoded already
            seen.response.add(response.content)
            call.answered(response.status_code, _output(response), exchange=seen.ended())
        else:
            response.stream = _Answer(response, call, seen)
        return response

    async def aclose(self) -> None:
        """Close `inner`."""
        await self._inner.aclose()

    def _named(self, request: httpx.Request) -> Declared | None:
        if self._undeclared is None:
            return None
        body = without_secrets(json_object(_sent(request) or b"", ""))
        return self._undeclared.http(request.method, request.url.path, {"body": body} if body else {})


class _Answer(httpx.AsyncByteStream):
    """The bytes of an answer on their way to its caller; completes the operation after the last one."""

    def __init__(self, response: httpx.Response, call: Call, seen: Observed) -> None:
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise TypeError("the answer of an asynchronous transport cannot be read asynchronously")
        self._stream = response.stream
        self._status, self._headers = response.status_code, response.headers
        self._call, self._seen = call, seen
        self._kept = bytearray()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                self._seen.response.add(piece)
                if self._seen.response.length <= KEPT:
                    self._kept += piece
                yield piece
        except (Exception, asyncio.CancelledError) as error:
            self._call.errored(error, exchange=self._seen.ended())
            raise
        whole = self._seen.response.length <= KEPT
        answer = httpx.Response(self._status, headers=self._headers, stream=httpx.ByteStream(bytes(self._kept)))
        self._call.answered(self._status, _output(answer) if whole else {}, exchange=self._seen.ended())

    async def aclose(self) -> None:
        """See httpx.AsyncByteStream."""
        await self._stream.aclose()
        if not self._call.ended:
            self._call.end(Ending.INFO, error="closed before its end", exchange=self._seen.ended())


def _output(response: httpx.Response) -> Row:
    try:
        return without_secrets(json_object(response.read(), response.text))
    except httpx.DecodingError:  # the caller gets this error, too
        return {}


def _sent(request: httpx.Request) -> bytes | None:
    """The body of a request when it is in memory already."""
    try:
        return request.content
    except httpx.RequestNotRead:
        return None
