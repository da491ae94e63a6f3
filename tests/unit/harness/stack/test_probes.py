"""The health probe is a synchronous gRPC client: grpcio-testing plays the server, without a socket."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import grpc
import grpc_testing
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from harness.stack.probes import grpc_health, serving
from harness.waiting import NotYet

SERVICE = health_pb2.DESCRIPTOR.services_by_name["Health"]
CHECK = SERVICE.methods_by_name["Check"]


class Server:
    """Answers one call of a probe that runs on another thread."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._channel = grpc_testing.channel([SERVICE], grpc_testing.strict_real_time())
        self._probe: Future[bool] = pool.submit(serving, self._channel, "probe")

    def answer(self, status: int, code: grpc.StatusCode = grpc.StatusCode.OK) -> bool:
        """End the call; what the probe makes of it."""
        _, request, call = self._channel.take_unary_unary(CHECK)
        assert request == health_pb2.HealthCheckRequest(service="")
        call.send_initial_metadata(())
        call.terminate(health_pb2.HealthCheckResponse(status=status), (), code, "")
        return self._probe.result(timeout=5)


@pytest.fixture
def server() -> Iterator[Server]:
    with ThreadPoolExecutor(1) as pool:
        yield Server(pool)


def test_serving_is_ready(server: Server) -> None:
    assert server.answer(health_pb2.HealthCheckResponse.SERVING)


@pytest.mark.parametrize("status", ["NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN"])
def test_any_other_status_is_not_ready_and_is_named(server: Server, status: str) -> None:
    with pytest.raises(NotYet, match=f"probe: {status}"):
        server.answer(health_pb2.HealthCheckResponse.ServingStatus.Value(status))


def test_a_failed_call_is_not_ready_and_says_why(server: Server) -> None:
    with pytest.raises(NotYet, match="probe: UNAVAILABLE"):
        server.answer(health_pb2.HealthCheckResponse.UNKNOWN, grpc.StatusCode.UNAVAILABLE)


@pytest.mark.parametrize("variable", ["http_proxy", "grpc_proxy", "all_proxy"])
def test_a_health_check_goes_directly_whatever_proxy_the_user_has(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:1")  # nobody listens on it
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            assert grpc_health(port)
        finally:
            server.stop(None).wait()
