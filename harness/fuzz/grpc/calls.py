"""One call as it is sent and answered, the metadata and deadlines that calls may have, and the command that sends it again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import grpc
from google.protobuf.message import DecodeError
from google.protobuf.text_format import MessageToString
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from harness.fuzz.grpc.reflection import Method
from harness.fuzz.grpc.wire import LEN, Entry, encoded

Metadata = tuple[tuple[str, str | bytes], ...]

PATIENCE_S = 10.0
"""The deadline of a call that is given time enough: an answer that needs longer is a hang."""
GRACE_S = 2.0
"""By how much a client may hear late of a deadline that has passed, on a busy machine."""
DEADLINES_S = (*(PATIENCE_S,) * 21, 0.0, 0.001, 0.02, None)
"""Most calls are patient; some are over when they arrive; some have no deadline and rely on the server's own."""
OVERSIZED = encoded((Entry(1, LEN, b"a" * (4 * 1024 * 1024 + 1)),))
"""A request of more bytes than gRPC servers take by default."""
HUGE_METADATA: Metadata = (("x-odd", "x" * 40_000),)
_SHOWN = 2000
_ENDLESS_S = 60.0
"""How long a call without a deadline is waited for: longer than any bound of a server's own."""

NAMES = (
    "x-odd", "traceparent", "tracestate", "baggage", "authorization", "x-request-id", "idempotency-key",
    "grpc-previous-rpc-attempts",
)  # fmt: skip
VALUES = (
    "", " ", "~", "0", "-1", "%00%ff", "00-zz-zz-zz", "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff", "a=b,c=d;e",
    "=" * 600, "k=v," * 200, "Bearer x.y.z",
)  # fmt: skip


def metadata() -> SearchStrategy[Metadata]:
    """None mostly; else odd, long, repeated or binary entries, as far as a gRPC client can send them.

    In all below 8 KiB: above it servers refuse at random, by a soft limit; `HUGE_METADATA` is above the hard one of 16 KiB.
    """
    printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100)
    text = st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), printable))
    binary = st.tuples(st.sampled_from(("x-odd-bin", "grpc-trace-bin", "grpc-tags-bin")), st.binary(max_size=200))
    odd = st.lists(st.one_of(text, binary), min_size=1, max_size=4).map(tuple)
    long = st.tuples(st.tuples(st.sampled_from(NAMES), st.just("x" * 7000)))
    many = st.just(tuple((f"x-many-{number}", "v") for number in range(100)))
    none: SearchStrategy[Metadata] = st.just(())
    return st.one_of(*(none,) * 9, odd, odd, st.one_of(long, many))


@dataclass(frozen=True, repr=False)
class Call:
    """A request. `timeout_s` None: the client sets no deadline."""

    path: str
    body: bytes
    timeout_s: float | None = PATIENCE_S
    metadata: Metadata = ()

    def __repr__(self) -> str:
        """Short, because hypothesis makes it of each value."""
        return f"Call({self.path}, {len(self.body)} bytes)"

    @property
    def size(self) -> tuple[int, int, bytes]:
        """What the smaller of two calls that fail alike is chosen by."""
        return (
            len(self.body) + sum(len(key) + len(value) for key, value in self.metadata),
            self.timeout_s != PATIENCE_S,
            self.body,
        )

    def shown(self, method: Method, address: str, shown: Metadata = ()) -> str:
        """A python program, needing grpcio alone, that sends it; above it the request as text where it can be decoded.

        `shown` is the metadata of every call.
        """
        message: Any = method.request_class()()
        try:
            message.ParseFromString(self.body)
            text = MessageToString(message, as_one_line=True)[:_SHOWN] or "(an empty message)"
        except DecodeError as error:
            text = f"(cannot be decoded: {error})"
        return (
            f"# {method.rpc}: {text}\npython - <<'EOF'\nimport grpc\n"
            f'call = grpc.insecure_channel("{address}").unary_unary("{self.path}")\n'
            f"print(call({_literal(self.body)}, timeout={self.timeout_s}, metadata={(*shown, *self.metadata)!r}))\nEOF"
        )


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds. `body` is None unless the status is OK."""

    code: grpc.StatusCode
    details: str
    seconds: float
    body: bytes | None = None


Send = Callable[[Call], Answer]


def send(channel: grpc.Channel, call: Call, shown: Metadata = ()) -> Answer:
    """Send a call as it is, without a stub, with the metadata `shown` besides its own.

    Never raises: what gRPC cannot send is an answer as well.
    """
    method: Any = channel.unary_unary(call.path)
    started = time.monotonic()
    patience = call.timeout_s if call.timeout_s is not None else _ENDLESS_S
    future = method.future(call.body, timeout=call.timeout_s, metadata=(*shown, *call.metadata) or None)
    try:
        body = future.result(timeout=patience + GRACE_S * 2)
    except grpc.FutureTimeoutError:
        future.cancel()
        return Answer(grpc.StatusCode.DEADLINE_EXCEEDED, "no answer", time.monotonic() - started)
    except grpc.RpcError as error:
        status = cast(Any, error)  # every RpcError of a call has a code and details, which its type does not say
        return Answer(status.code(), status.details() or "", time.monotonic() - started)
    return Answer(grpc.StatusCode.OK, "", time.monotonic() - started, body)


def _literal(body: bytes) -> str:
    """Bytes as python; a long run of one part is written as a product."""
    if len(body) <= _SHOWN:
        return repr(body)
    return f"bytes.fromhex({body.hex()!r})" if len(body) <= _SHOWN * 4 else _compressed(body)


def _compressed(body: bytes) -> str:
    import base64
    import zlib

    return (
        f"__import__('zlib').decompress(__import__('base64').b64decode({base64.b64encode(zlib.compress(body, 9)).decode()!r}))"
    )
