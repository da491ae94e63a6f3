"""Direct gRPC clients of one instance, because through a gateway the answering instance is unknown.

`UserInstance` returns the gateway's Answers and never raises: gRPC reports a lost connection as a status, too.
`ProductInstance` offers an operator's calls, which bypass the order service.
"""

from collections.abc import Awaitable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

import grpc
from pydantic import JsonValue
from shop.product.v1 import product_pb2
from shop.product.v1.product_pb2_grpc import ProductServiceStub
from shop.user.v1 import user_pb2
from shop.user.v1.user_pb2_grpc import UserServiceStub

from chaos.client.answer import Answer
from harness.recording.grpc import recorded_channel
from harness.recording.shown_metadata import Metadata
from harness.stack.view import StackView

if TYPE_CHECKING:  # exist for type checkers only
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub
    from shop.user.v1.user_pb2_grpc import UserServiceAsyncStub

TIMEOUT_S = 10.0

STATUSES: Mapping[grpc.StatusCode, int] = MappingProxyType(
    {
        grpc.StatusCode.OK: 200,
        grpc.StatusCode.INVALID_ARGUMENT: 400,
        grpc.StatusCode.UNAUTHENTICATED: 401,
        grpc.StatusCode.PERMISSION_DENIED: 403,
        grpc.StatusCode.NOT_FOUND: 404,
        grpc.StatusCode.ALREADY_EXISTS: 409,
        grpc.StatusCode.ABORTED: 409,
        grpc.StatusCode.FAILED_PRECONDITION: 409,
        grpc.StatusCode.OUT_OF_RANGE: 413,
        grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
        grpc.StatusCode.UNAVAILABLE: 503,
        grpc.StatusCode.DEADLINE_EXCEEDED: 503,
        grpc.StatusCode.CANCELLED: 503,  # not by us: the library of a server that stops ends so what no handler has begun
        grpc.StatusCode.UNIMPLEMENTED: 405,
    }
)
"""HTTP statuses of gRPC's, as the gateway translates them; every other one is a 500."""


SERVICE_TOKEN, SECRET = "x-service-token", "service"
"""The metadata in which services show each other their credential, and the name of that secret in services.toml."""


def credential(stack: StackView) -> Metadata:
    """What a service of this stack shows with its calls."""
    return ((SERVICE_TOKEN, stack.secret(SECRET)),)


def instance_channel(stack: StackView, member: str) -> grpc.aio.Channel:
    """A channel to one instance, whose calls are recorded as the gateway would have answered them."""
    statuses = {**dict.fromkeys(grpc.StatusCode, 500), **STATUSES}
    return recorded_channel(stack.address(member, "grpc"), statuses=statuses, row=_row, metadata=credential(stack))


def _row(message: object) -> dict[str, JsonValue]:
    if isinstance(message, user_pb2.VerifyTokenResponse):
        return {"id": message.user_id, "role": user_pb2.Role.Name(message.role), "version": message.version}
    if isinstance(message, user_pb2.RefreshTokensResponse):
        return {"access_token": message.tokens.access_token, "refresh_token": message.tokens.refresh_token}
    if isinstance(message, product_pb2.ReleaseReservationsResponse):
        return {each.order_id: product_pb2.ReservationOutcome.Name(each.outcome) for each in message.results}
    return {}


Q_contra = TypeVar("Q_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class _Method(Protocol[Q_contra, R_co]):
    def __call__(self, request: Q_contra, /, *, timeout: float) -> Awaitable[R_co]: ...


class UserInstance:
    """Calls through `channel`, which leads to one instance."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: UserServiceAsyncStub = UserServiceStub(channel)

    async def verify(self, access_token: str) -> Answer:
        """VerifyToken: 200 with the user and role, 401 when it is invalid."""
        return await _answer("VerifyToken", self._stub.VerifyToken, user_pb2.VerifyTokenRequest(access_token=access_token))

    async def refresh(self, refresh_token: str) -> Answer:
        """RefreshTokens: 200 with Tokens, 401 when it is invalid."""
        request = user_pb2.RefreshTokensRequest(refresh_token=refresh_token)
        return await _answer("RefreshTokens", self._stub.RefreshTokens, request)


class ProductInstance:
    """Calls through `channel`, which leads to one instance."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: ProductServiceAsyncStub = ProductServiceStub(channel)

    async def release(self, order_ids: Sequence[str]) -> None:
        """ReleaseReservations of these orders. Raises grpc.aio.AioRpcError."""
        await self._stub.ReleaseReservations(product_pb2.ReleaseReservationsRequest(order_ids=order_ids), timeout=TIMEOUT_S)


Q = TypeVar("Q")
R = TypeVar("R")


async def _answer(name: str, method: _Method[Q, R], request: Q) -> Answer:
    try:
        response = await method(request, timeout=TIMEOUT_S)
    except grpc.aio.AioRpcError as error:
        return Answer(name, STATUSES.get(error.code(), 500), {"title": error.code().name, "detail": error.details() or ""})
    return Answer(name, 200, _row(response))
