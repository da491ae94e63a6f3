"""The channel every call between services goes through: balanced over instances, bounded, retried only where it is safe.

gRPC itself does the work, told by a service config: round robin with health checks (gRFC A17), transparent retries with
jittered backoff for the methods that may be repeated, as their .proto says, and retry throttling as the retry budget (gRFC
A6). Every call has a deadline: the nearer of the request's own and `call_timeout_s`. Failures come out as the types of
errors.py.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import grpc

from system.common import deadlines, promises, rpc_tracing
from system.common.errors import DeadlineExceeded, from_rpc_error
from system.common.settings import ServiceSettings, is_ipv4

Response = TypeVar("Response")

RETRY_POLICY = {
    "maxAttempts": 3,
    "initialBackoff": "0.05s",
    "maxBackoff": "0.5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
SERVICE_TOKEN_KEY = "x-service-token"  # noqa: S105 - the name of the metadata
"""The metadata in which a caller shows that it is a service of the shop."""
RETRY_BUDGET = {"maxTokens": 20, "tokenRatio": 0.1}
ANSWER_BYTES = 64 * 1024 * 1024
"""What an answer may hold: more than the largest that the limits of messages allow (the library's own limit is 4 MiB)."""
OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", ANSWER_BYTES),
    # Instances call each other directly, whatever proxy the machine has for the world outside.
    ("grpc.enable_http_proxy", 0),
    ("grpc.keepalive_time_ms", 5_000),
    ("grpc.keepalive_timeout_ms", 2_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A name is looked up again when a connection is lost; the default would keep a gone instance for 30 s.
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
)


def service_config(service: str) -> str:
    """gRPC's service config (JSON) for a callee: every method balanced and health-checked, the repeatable ones retried."""
    promised = promises.of_service(service).items()
    names = [{"service": service, "method": method} for method, promise in promised if promise.repeatable]
    config: Mapping[str, Any] = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": ""},
        "methodConfig": [{"name": names, "retryPolicy": RETRY_POLICY}] if names else [],
        "retryThrottling": RETRY_BUDGET,
    }
    return json.dumps(config)


def target(addresses: str) -> str:
    """gRPC's target for a callee: a name stays a name, to be resolved again when instances come and go."""
    host = addresses.rpartition(":")[0]
    return f"dns:///{addresses}" if "," not in host and not is_ipv4(host) else f"ipv4:{addresses}"


@asynccontextmanager
async def channel(addresses: str, service: str) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to all instances of a callee (`addresses` as in settings.Addresses); closed when the block ends."""
    options = [*OPTIONS, ("grpc.service_config", service_config(service))]
    async with grpc.aio.insecure_channel(
        target(addresses),
        options=options,
        interceptors=rpc_tracing.client_interceptors(),
    ) as opened:
        yield opened


class Caller:
    """Makes calls with the service's credential and the request's deadline, and reads failures back into our types."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._timeout_s = settings.call_timeout_s
        token = settings.service_token.get_secret_value()
        self._metadata = ((SERVICE_TOKEN_KEY, token),) if token else ()

    async def __call__(self, method: Callable[..., Awaitable[Response]], request: object) -> Response:
        """Call a stub's method. Raises a ShopError: what the callee raised, or Unavailable or DeadlineExceeded."""
        timeout_s = deadlines.remaining(self._timeout_s)
        if timeout_s <= 0:
            raise DeadlineExceeded("the deadline passed before the call was made", retry_after_s=1)
        try:
            metadata = (*self._metadata, *rpc_tracing.carried())
            return await method(request, timeout=timeout_s, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
