"""Logs, traces and metrics, the same in every process.

Logs are JSON lines (structlog) that carry the instance and the trace id; traces follow W3C Trace Context across HTTP, gRPC
and AMQP (OpenTelemetry) and leave through OTLP when an endpoint is set; metrics are Prometheus text on a port of their own.
"""

import logging
from collections.abc import Mapping

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON
from prometheus_client import Counter, Gauge, Histogram, start_http_server

from system.common.settings import ServiceSettings

CALLS = Histogram(
    "rpc_server_seconds",
    "Time to answer a gRPC call, in seconds.",
    ["method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STEPS = Counter("saga_steps_total", "Saga steps by outcome.", ["saga", "step", "direction", "outcome"])
EXPIRED_ROWS = Counter("expired_rows_total", "Rows deleted because they were past.", ["table"])
PARKED = Gauge("sagas_parked", "Sagas that failed too often and wait for somebody to mend the reason.", ["saga"])
OUTBOX_LAG = Gauge("outbox_pending", "Messages in the outbox when the relay last had nothing it could deliver.", ["outbox"])
FENCED_OFF = Counter("fenced_off_total", "Writes refused because a later lock holder had written.")
LOCKS = Counter("redlock_acquisitions_total", "Attempts to take the lock by outcome.", ["outcome"])
BATCHES = Histogram("consumer_batch_size", "Messages handled together.", ["queue"], buckets=(1, 2, 5, 10, 20, 50, 100, 200))
HANDLING = Gauge("consumer_handling", "Messages of the batch in hand.", ["queue"])
REDELIVERED = Counter("consumer_redelivered_total", "Messages that had been delivered before, to whomever.", ["queue"])
IGNORED = Counter("messages_ignored_total", "Messages taken that are none of the consumer's business.", ["queue", "reason"])
DEAD_LETTERS = Counter("dead_letters_total", "Messages refused for good.", ["queue", "reason"])


def _add_trace(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event


def configure(service: str, settings: ServiceSettings) -> None:
    """Set up logs, traces and the metrics port of this process. Call once, first."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _add_trace,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(instance=settings.instance)
    logging.basicConfig(level=logging.WARNING, format='{"level":"%(levelname)s","logger":"%(name)s","event":"%(message)s"}')
    provider = TracerProvider(
        # Without anybody to export to, spans carry the trace's id, for the logs and from part to part, and record nothing.
        sampler=DEFAULT_ON if settings.otlp_endpoint else ALWAYS_OFF,
        resource=Resource.create({"service.name": service, "service.instance.id": settings.instance}),
        shutdown_on_exit=False,
    )
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # slow to import, seldom used

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint, insecure=True)))
    trace.set_tracer_provider(provider)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr=settings.bind_host)


def outgoing_trace() -> dict[str, str]:
    """Headers that carry the current trace to the other side of a queue."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


def continue_trace(headers: Mapping[str, str], name: str) -> trace.Span:
    """A span that goes on with the trace in `headers`; use it with `opentelemetry.trace.use_span(span, True)`."""
    return trace.get_tracer("system").start_span(name, context=propagate.extract(headers))


tracer = trace.get_tracer("system")
log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
