"""The trace of a request on its way through gRPC: spans where somebody takes them, else the trace's id and no more.

OpenTelemetry's interceptors cost a call a third of its CPU even when they record nothing, so without an exporter the W3C header
is written and read here (W3C Trace Context, level 1).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from opentelemetry import context, propagate, trace
from opentelemetry.instrumentation.grpc import aio_client_interceptors, aio_server_interceptor, filters
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from system.common.telemetry import outgoing_trace

Metadata = Sequence[tuple[str, str | bytes]]
HEADERS = frozenset({"traceparent", "tracestate", "baggage"})


def recording() -> bool:
    """Whether somebody takes spans."""
    return getattr(trace.get_tracer_provider(), "sampler", ALWAYS_OFF) is not ALWAYS_OFF


def client_interceptors() -> Sequence[grpc.aio.ClientInterceptor]:
    """What makes a span of each call that is made."""
    return aio_client_interceptors() if recording() else ()  # type: ignore[no-untyped-call]  # the library is untyped


def server_interceptors() -> Sequence[grpc.aio.ServerInterceptor]:
    """What makes a span of each call that is answered, but for those of gRPC's own services.

    A stream that its client leaves makes the library log a traceback: streams are those of gRPC's own services alone.
    """
    if not recording():
        return ()
    untraced = filters.negate(filters.service_prefix("grpc."))
    return (aio_server_interceptor(filter_=untraced),)  # type: ignore[no-untyped-call]  # the library is untyped


def carried() -> tuple[tuple[str, str], ...]:
    """The metadata that takes the trace to the callee; none where an interceptor does it."""
    return () if recording() else tuple(outgoing_trace().items())


@contextmanager
def continued(metadata: Any) -> Iterator[None]:
    """The block belongs to the trace in a call's metadata; nothing happens where an interceptor has seen to it."""
    found = {} if recording() else {key: value for key, value in metadata or () if key in HEADERS}
    if not found:
        yield
        return
    token = context.attach(propagate.extract(found))
    try:
        yield
    finally:
        context.detach(token)
