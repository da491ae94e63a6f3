"""The gRPC server every service runs: one interceptor for credentials, deadlines, errors, logs and metrics; health v1; drain.

A call ends by its caller's deadline (`call_timeout_s` without one) and by the one that its .proto promises, whichever is
nearer: nothing here waits for ever. Errors leave by the table in errors.py;
whatever is not in it is logged with its trace and leaves as INTERNAL without inner details. Requests are decoded
here and not by grpcio, which answers bytes that are no message with UNKNOWN, as if the fault were ours: they are
INVALID_ARGUMENT, from any RPC.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, cast

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from system.common import deadlines, promises, rpc_tracing
from system.common.draining import Drain
from system.common.errors import DETAILS_KEY, DeadlineExceeded, Internal, InvalidArgument, ShopError, row_of, to_details
from system.common.rpc_channel import SERVICE_TOKEN_KEY
from system.common.settings import ServiceSettings
from system.common.telemetry import CALLS, log

OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_connection_age_grace_ms", 30_000),
)
UNWATCHED = ("/grpc.health.", "/grpc.reflection.")

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[Any, Any]
    Handler = grpc.RpcMethodHandler[Any, Any]
else:  # grpcio's classes are generic in their stubs only
    Context, Handler = grpc.aio.ServicerContext, grpc.RpcMethodHandler
Behaviour = Callable[[Any, Context], Awaitable[Any]]
Decode = Callable[[bytes], Any]


@dataclass(frozen=True)
class Servicer:
    """A servicer, how it is added to a server, and its full name for health and reflection."""

    add: Callable[[Any, grpc.aio.Server], None]
    implementation: object
    full_name: str


class Health(health.aio.HealthServicer):
    """Health v1 with List, which reflection shows and grpcio leaves unimplemented, with a traceback for each call."""

    async def List(self, request: Any, context: Context) -> Any:
        """The status of every service."""
        messages, state = cast(Any, health_pb2), cast(Any, self)  # List is newer than the type stubs
        known = {name: messages.HealthCheckResponse(status=status) for name, status in state._server_status.items()}
        return messages.HealthListResponse(statuses=known)


class Boundary(grpc.aio.ServerInterceptor):
    """Where a call enters: refuses strangers, sets its deadline, times it, and turns what it raises into a status."""

    def __init__(self, default_timeout_s: float, service_token: str = "") -> None:
        """`service_token`: what callers must show in their metadata; empty: nothing."""
        self._default_timeout_s = default_timeout_s
        self._token = service_token.encode()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Wrap unary methods; of health and reflection requests are decoded, and nothing else."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or handler.unary_unary is None:
            return handler
        if not method.startswith(UNWATCHED) and not self._is_known(handler_call_details):
            return _refusing(method)
        behaviour = cast(Behaviour, handler.unary_unary)
        wrap = _decoding if method.startswith(UNWATCHED) else self._watching(method)
        return grpc.unary_unary_rpc_method_handler(
            wrap(behaviour, handler.request_deserializer or _as_it_is),
            request_deserializer=None,
            response_serializer=handler.response_serializer,
        )

    def _is_known(self, details: grpc.HandlerCallDetails) -> bool:
        if not self._token:
            return True
        shown = (value for key, value in details.invocation_metadata or () if key == SERVICE_TOKEN_KEY)
        return any(isinstance(each, str) and compare_digest(each.encode(), self._token) for each in shown)

    def _watching(self, method: str) -> Callable[[Behaviour, Decode], Behaviour]:
        return lambda behaviour, decode: self._wrap(method, behaviour, decode)

    def _wrap(self, method: str, behaviour: Behaviour, decode: Decode) -> Behaviour:
        promise = promises.of_method(method)
        longest_s = promise.deadline_s if promise is not None else self._default_timeout_s

        async def call(data: bytes, context: Context) -> Any:
            started, status = time.monotonic(), "OK"
            left = context.time_remaining()
            limit = min(longest_s, left if left is not None else self._default_timeout_s)
            try:
                with deadlines.within(limit), rpc_tracing.continued(context.invocation_metadata()):
                    async with asyncio.timeout(limit):
                        return await behaviour(_decoded(data, decode), context)
            except Exception as error:  # noqa: BLE001 - the boundary: everything becomes a status
                ours = as_shop_error(error, method)
                status = row_of(ours).grpc.name
                undecodable = isinstance(error.__cause__, DecodeError)
                if promise is not None and row_of(ours).grpc not in promise.answers and not undecodable:
                    log.error("a status that the contract does not have", method=method, status=status, message=ours.message)
                await context.abort(row_of(ours).grpc, ours.message, ((DETAILS_KEY, to_details(ours)),))
            finally:
                CALLS.labels(method.rsplit("/", 1)[-1], status).observe(time.monotonic() - started)

        return call


def _refusing(method: str) -> Handler:
    """The handler of a call from outside the shop. Its status has no details of ours: no customer is told of it as theirs."""

    async def refuse(_data: bytes, context: Context) -> Any:
        CALLS.labels(method.rsplit("/", 1)[-1], grpc.StatusCode.PERMISSION_DENIED.name).observe(0.0)
        log.warning("a call without the service token", method=method, peer=context.peer())
        await context.abort(grpc.StatusCode.PERMISSION_DENIED, "this is for services of the shop")

    return grpc.unary_unary_rpc_method_handler(refuse)


def _decoding(behaviour: Behaviour, decode: Decode) -> Behaviour:
    """The same method, that is handed the bytes of its request."""

    async def call(data: bytes, context: Context) -> Any:
        try:
            request = _decoded(data, decode)
        except InvalidArgument as error:
            await context.abort(row_of(error).grpc, error.message)
        return await behaviour(request, context)

    return call


def _decoded(data: bytes, decode: Decode) -> Any:
    try:
        return decode(data)
    except DecodeError as error:
        raise InvalidArgument("the request cannot be decoded") from error


def _as_it_is(data: bytes) -> bytes:
    return data


def as_shop_error(error: Exception, where: str) -> ShopError:
    """The place in the table of anything a handler may raise; unknown things are logged and become Internal."""
    if isinstance(error, ShopError):
        return error
    if isinstance(error, TimeoutError):
        return DeadlineExceeded("the deadline passed before the work was done", retry_after_s=1)
    log.error("unexpected error", where=where, exc_info=error)
    return Internal("an error of ours; it has been logged")


@asynccontextmanager
async def serve(
    settings: ServiceSettings, servicers: Sequence[Servicer], drain: Drain
) -> AsyncIterator[health.aio.HealthServicer]:
    """Serve until the block ends, then drain: refuse new calls, let running ones finish for what is left of `drain`.

    Yields the health servicer, NOT_SERVING until the caller sets it. Raises RuntimeError when the port is taken.
    """
    options = (*OPTIONS, ("grpc.max_connection_age_ms", round(settings.connection_age_s * 1000)))
    required = settings.service_token.get_secret_value() if settings.service_token_required else ""
    boundary = Boundary(settings.call_timeout_s, required)
    server = grpc.aio.server(interceptors=[*rpc_tracing.server_interceptors(), boundary], options=options)
    state = Health()
    health_pb2_grpc.add_HealthServicer_to_server(state, server)
    for servicer in servicers:
        servicer.add(servicer.implementation, server)
    if settings.grpc_reflection:
        names = [s.full_name for s in servicers]
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    await state.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    server.add_insecure_port(f"{settings.bind_host}:{settings.grpc_port}")
    await server.start()
    try:
        yield state
    finally:
        await state.enter_graceful_shutdown()
        await server.stop(drain.left())
