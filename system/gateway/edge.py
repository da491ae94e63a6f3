"""Where a request enters and leaves, as plain ASGI: deadline, trace id, headers, metrics, and the last net for errors.

Guarantees: an answer within `request_timeout_s`, also from an instance that is stopped meanwhile; every answer carries its
trace id; what nobody expected is logged and leaves as a 500 problem that says nothing of the inside; a body is within its
limit, in time and declared as JSON before any handler sees it, however it was sent.
"""

import asyncio
import json
import time
import uuid

from opentelemetry import trace
from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from system.common import deadlines
from system.common.errors import (
    BodyTimeout,
    DeadlineExceeded,
    Internal,
    MalformedJson,
    PayloadTooLarge,
    ShopError,
    Unavailable,
    UnsupportedMediaType,
)
from system.common.telemetry import log
from system.gateway.problems import TRACE_ID, problem

REQUESTS = Histogram(
    "http_server_seconds",
    "Time to answer an HTTP request, in seconds.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


UTF_8 = frozenset({"utf-8", "utf8", "utf-8-sig", "us-ascii"})


class Boundary:
    """The outermost layer of ours."""

    def __init__(self, app: ASGIApp, timeout_s: float) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope, send = _as_get(scope, send)
        trace_id = scope[TRACE_ID] = _trace_id()
        began, status = time.perf_counter(), 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS, (b"x-trace-id", trace_id.encode())]
            await send(message)

        async def in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and not limit.expired():
                limit.reschedule(None)  # how fast the client reads is the client's affair
            await dressed(message)

        try:
            with deadlines.within(self._timeout_s):
                async with asyncio.timeout(self._timeout_s) as limit:
                    await self._app(scope, receive, in_time)
        except Exception as error:  # the boundary: everything becomes an answer
            failure = _as_shop_error(error, scope)
            if status:  # half an answer is out already; the server closes the connection
                raise failure from error
            await problem(failure, scope)(scope, receive, dressed)
        except asyncio.CancelledError:  # the server stops and waits no longer; it would answer 500 for us
            if status:
                raise
            failure = Unavailable("this instance is stopping; whether it happened is not known", retry_after_s=1)
            await problem(failure, scope, headers={"connection": "close"})(scope, receive, dressed)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            REQUESTS.labels(scope["method"], route, status).observe(time.perf_counter() - began)


def _as_get(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """HEAD is the same as GET without the body (RFC 9110, section 9.3.2); other methods are left as they are."""
    if scope["method"] != "HEAD":
        return scope, send

    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return {**scope, "method": "GET"}, bare


def _trace_id() -> str:
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else uuid.uuid4().hex


def _as_shop_error(error: Exception, scope: Scope) -> ShopError:
    if isinstance(error, TimeoutError):
        return DeadlineExceeded("it took too long; whether it happened is not known", retry_after_s=1)
    log.error("unexpected error", method=scope["method"], path=scope["path"], exc_info=error)
    return Internal("an error of ours; it has been logged")


class Bodies:
    """Reads a body whole, within limits of size and time, before the application starts; then replays it."""

    def __init__(self, app: ASGIApp, limit: int, timeout_s: float) -> None:
        self._app = app
        self._limit = limit
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "0")
        if length == "0" and "transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        try:
            _check_type(headers)
            body = await self._read(receive, int(length))
        except ShopError as error:
            # The rest of the body is not read, so the connection is of no more use.
            await problem(error, scope, headers={"connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive, announced: int) -> bytes | None:
        """The body; None when the client is gone. Raises PayloadTooLarge, BodyTimeout, MalformedJson."""
        if announced > self._limit:
            raise self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._limit:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return _utf_8(bytes(body))
        except TimeoutError:
            raise BodyTimeout(f"the body did not arrive within {self._timeout_s:g} s") from None

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"a body may have at most {self._limit} bytes")


def _check_type(headers: Headers) -> None:
    declared, _, parameters = headers.get("content-type", "").lower().partition(";")
    if declared.strip() != "application/json":
        raise UnsupportedMediaType("send the body as Content-Type: application/json")
    if "charset=" in parameters and parameters.partition("charset=")[2].strip('" ').removesuffix(";") not in UTF_8:
        raise UnsupportedMediaType("send the body in UTF-8")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body without Content-Encoding")


def _utf_8(body: bytes) -> bytes:
    """The body. Raises MalformedJson for another encoding of JSON, which Python's parser would take (RFC 8259, section 8.1)."""
    if json.detect_encoding(body) not in UTF_8:
        raise MalformedJson("the body cannot be read as JSON in UTF-8")
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
