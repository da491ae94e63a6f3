"""Services answer services of the shop, and nobody else: every RPC that is served asks for the credential."""

from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from chaos.client.service_instances import SERVICE_TOKEN, credential
from harness.fuzz.grpc.reflection import methods_of
from harness.loopback import NO_PROXY
from harness.stack.attach import AttachedStack

SERVICES = ("user", "product", "order", "payment", "notification")
OPEN = "/grpc."
"""What is served to anybody: health, and reflection where it is on."""


def status(channel: grpc.Channel, path: str, metadata: tuple[tuple[str, str], ...]) -> grpc.StatusCode:
    call: Any = channel.unary_unary(path)
    try:
        call(b"", timeout=10, metadata=metadata)
    except grpc.RpcError as error:
        answered: Any = error
        code: grpc.StatusCode = answered.code()
        return code
    return grpc.StatusCode.OK


@pytest.mark.parametrize("service", SERVICES)
def test_every_rpc_asks_for_the_credential(stack: AttachedStack, service: str) -> None:
    ours, wrong = credential(stack), ((SERVICE_TOKEN, "x" * 64),)
    with grpc.insecure_channel(stack.address(f"{service}-1", "grpc"), options=NO_PROXY) as channel:
        paths = [method.path for method in methods_of(channel) if not method.path.startswith(OPEN)]
        assert paths
        for path in paths:
            for shown in ((), wrong):
                assert status(channel, path, shown) is grpc.StatusCode.PERMISSION_DENIED, path
            assert status(channel, path, ours) is not grpc.StatusCode.PERMISSION_DENIED, path
        health: Any = channel.unary_unary(
            "/grpc.health.v1.Health/Check", HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
        )
        assert health(HealthCheckRequest(), timeout=10).status == HealthCheckResponse.SERVING
