"""Readiness probes over the protocols that clients use; one function per kind of health check.

A probe returns True when ready and raises NotYet with the reason otherwise.
"""

import asyncio
import http.client
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health_pb2

from harness.loopback import NO_PROXY
from harness.stack.ports import HOST
from harness.stack.topology import Health
from harness.waiting import NotYet

Probe = Callable[[], bool]
ATTEMPT_S = 2.0


def tcp(port: int) -> bool:
    """The port accepts connections."""
    try:
        socket.create_connection((HOST, port), ATTEMPT_S).close()
    except OSError as error:
        raise NotYet(f"port {port}: {error}") from error
    return True


def http_get(port: int, path: str) -> bool:
    """GET answers 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ATTEMPT_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(500)
    except (OSError, http.client.HTTPException) as error:
        raise NotYet(f"GET {path} on port {port}: {str(error) or type(error).__name__}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise NotYet(f"GET {path} on port {port} answers {response.status}: {body.decode(errors='replace')}")
    return True


def grpc_health(port: int) -> bool:
    """grpc.health.v1 says SERVING for the whole server."""
    tcp(port)  # cheaper than a channel, and no reconnect back-off to wait for
    # A pool of its own: otherwise attempts share a sub-channel, and with it the back-off after a refused connection.
    with grpc.insecure_channel(f"{HOST}:{port}", options=[*NO_PROXY, ("grpc.use_local_subchannel_pool", 1)]) as channel:
        return serving(channel, f"health check on port {port}")


def serving(channel: grpc.Channel, what: str) -> bool:
    """Ask grpc.health.v1 on a channel; `what` begins the message of NotYet when the answer is not SERVING."""
    try:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        reply = check(health_pb2.HealthCheckRequest(), timeout=ATTEMPT_S)
    except grpc.RpcError as error:
        raise NotYet(f"{what}: {error.code().name}") from error
    if reply.status != health_pb2.HealthCheckResponse.SERVING:
        raise NotYet(f"{what}: {health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)}")
    return True


def amqp(port: int, user: str, password: str, vhost: str) -> bool:
    """The account can open the virtual host of a broker."""
    tcp(port)  # aiormq logs an error for each connection that is refused, and while a node boots most are
    with ThreadPoolExecutor(1) as pool:  # of its own: the calling thread may run an event loop
        pool.submit(asyncio.run, _log_in(port, user, password, vhost)).result()
    return True


async def _log_in(port: int, user: str, password: str, vhost: str) -> None:
    import aio_pika  # slow to import, and not needed to attach
    from aio_pika.exceptions import AMQPError

    try:
        async with asyncio.timeout(ATTEMPT_S):
            connection = await aio_pika.connect(host=HOST, port=port, login=user, password=password, virtualhost=vhost)
            await connection.close()
    except (OSError, AMQPError) as error:
        raise NotYet(f"amqp on port {port}: {str(error) or type(error).__name__}") from error


_KINDS: Mapping[str, Callable[[int, Health], bool]] = {
    "tcp": lambda port, _health: tcp(port),
    "http": lambda port, health: http_get(port, health.path),
    "grpc": lambda port, _health: grpc_health(port),
}


def probe_for(health: Health, ports: Mapping[str, int]) -> Probe:
    """The probe that `health` describes, for an instance with these ports."""
    check, port = _KINDS[health.kind], ports[health.port]
    return lambda: check(port, health)
