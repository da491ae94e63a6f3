"""Without an exporter a trace goes on through the metadata alone; with one, gRPC's interceptors see to it."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON

from system.common import rpc_tracing

PROVIDERS = {"off": TracerProvider(sampler=ALWAYS_OFF), "on": TracerProvider(sampler=DEFAULT_ON)}


@pytest.fixture
def spans(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> TracerProvider:
    provider = PROVIDERS[request.param]
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return provider


def current() -> int:
    return trace.get_current_span().get_span_context().trace_id


@pytest.mark.parametrize("spans", ["off"], indirect=True)
def test_the_trace_is_carried_and_continued(spans: TracerProvider) -> None:
    assert (rpc_tracing.client_interceptors(), rpc_tracing.server_interceptors()) == ((), ())
    with spans.get_tracer("test").start_as_current_span("click") as span:
        carried = rpc_tracing.carried()
        clicked = span.get_span_context().trace_id
    assert not span.is_recording()
    assert [key for key, _ in carried] == ["traceparent"]
    assert current() == 0
    with rpc_tracing.continued((("x-other", b"\xff"), *carried)):
        assert current() == clicked
    assert current() == 0


@pytest.mark.parametrize("spans", ["off"], indirect=True)
def test_what_is_no_trace_begins_none(spans: TracerProvider) -> None:
    assert rpc_tracing.carried() == ()
    for metadata in (None, (), (("traceparent", "nonsense"),), (("x-other", "1"),)):
        with rpc_tracing.continued(metadata):
            assert current() == 0


@pytest.mark.parametrize("spans", ["on"], indirect=True)
def test_where_spans_are_taken_the_interceptors_see_to_it(spans: TracerProvider) -> None:
    assert rpc_tracing.client_interceptors()
    assert rpc_tracing.server_interceptors()
    with spans.get_tracer("test").start_as_current_span("click"):
        assert rpc_tracing.carried() == ()
        with rpc_tracing.continued((("traceparent", "00-" + "1" * 32 + "-" + "2" * 16 + "-01"),)):
            assert current() != int("1" * 32, 16)
