"""The health probe is a synchronous gRPC client: grpcio-testing plays the server, without a socket."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import grpc
import grpc_testing
import pytest
from grpc_health.v1 import health_pb2

from harness.stack.probes import serving
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
