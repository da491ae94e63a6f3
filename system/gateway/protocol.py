"""HTTP/1.1 as uvicorn speaks it, within bounds, and with problems where it has plain text.

Guarantees: a head is within limits of size and time, so that strangers cannot fill the memory with what never becomes a
request; what is refused here is a problem with a trace id, like every other answer. The application is not asked, so its
metrics do not have it. What is malformed behind a request that is still being answered closes the connection without a
word: an answer would be taken for that request's.
"""

import uuid
from asyncio import TimerHandle, Transport
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from system.common.errors import BodyTimeout, HeadTooLarge, InvalidArgument, ShopError, UriTooLong
from system.gateway.edge import HEADERS
from system.gateway.problems import TRACE_ID, problem

URL_MAX = 8192
"""Bytes; the longest search that is allowed has 3 kB when every character of it is encoded."""
FIELD_BYTES_MAX = 32 * 1024
"""Of all header fields of a request together; a token has 4 kB."""
FIELDS_MAX = 100
AT = {"path": "", "raw_path": b""}
"""The problem's `instance`: what was asked for is not known, or was no address."""


class RefusedError(Exception):
    """Raised in a callback of the parser: it reads no further."""


class Protocol(HttpToolsProtocol):
    """One connection. `head_timeout_s`: how long a head may take, and a new connection before one begins."""

    head_timeout_s = 10.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # likewise in the class above
        """A connection begins: its first head is awaited."""
        self._refusal: ShopError | None = None
        self._timer: TimerHandle | None = None
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._head_ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._timer is None and not self._is_answering():
            self._await_head()
        self._unread += len(data)
        super().data_received(data)
        # A field whose end never comes is handed to no callback.
        if self._timer is not None and self._unread > URL_MAX + FIELD_BYTES_MAX:
            self._refuse(HeadTooLarge(f"the header fields may have at most {FIELD_BYTES_MAX} bytes together"))

    def on_message_begin(self) -> None:
        """A request begins, perhaps behind one that is being answered."""
        self._await_head()
        self._begun = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address. Raises RefusedError."""
        super().on_url(url)
        if len(self.url) > URL_MAX:
            self._refusal = UriTooLong(f"an address may have at most {URL_MAX} bytes")
            raise RefusedError

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field. Raises RefusedError."""
        super().on_header(name, value)
        if len(self.headers) > FIELDS_MAX or sum(len(n) + len(v) for n, v in self.headers) > FIELD_BYTES_MAX:
            self._refusal = HeadTooLarge(f"at most {FIELDS_MAX} header fields of {FIELD_BYTES_MAX} bytes together")
            raise RefusedError

    def on_headers_complete(self) -> None:
        """The head is here. Raises UnicodeDecodeError for a path beyond ASCII, which is no request either."""
        self._head_ended()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """The parser read no further."""
        self._refuse(self._refusal or InvalidArgument(f"this is no HTTP request: {msg}", reason="MALFORMED_REQUEST"))

    def _await_head(self) -> None:
        if self._timer is None:
            self._unread, self._begun = 0, False
            self._timer = self.loop.call_later(self.head_timeout_s, self._late)

    def _head_ended(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        if self._is_answering():  # the time of a head behind another request begins when that one is answered
            self._timer = self.loop.call_later(self.head_timeout_s, self._late)
        elif self._unread == 0 and not self._begun:
            self.transport.close()
        else:
            self._refuse(BodyTimeout(f"the head of the request did not arrive within {self.head_timeout_s:g} s"))

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, error: ShopError) -> None:
        """Answer with a problem, and close."""
        of_another = self._is_answering() and (self._timer is not None or self.cycle.response_started)
        self._head_ended()
        if not (of_another or self.transport.is_closing()):
            self.transport.write(self._written(error))
        self.transport.close()

    def _written(self, error: ShopError) -> bytes:
        trace_id = uuid.uuid4().hex
        answer = problem(error, {**AT, TRACE_ID: trace_id}, headers={"connection": "close", "x-trace-id": trace_id})
        fields = (*self.server_state.default_headers, *answer.raw_headers, *HEADERS)
        head = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}\r\n".encode()
        return head + b"".join(name + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + bytes(answer.body)


def within(head_timeout_s: float) -> type[Protocol]:
    """The protocol with this bound (s)."""
    return type("Protocol", (Protocol,), {"head_timeout_s": head_timeout_s})
