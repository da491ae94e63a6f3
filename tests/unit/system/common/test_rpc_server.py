"""Where a call enters: it ends by the nearest deadline, and a status that its contract does not have is told in the log."""

from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from shop.user.v1 import user_pb2
from structlog.testing import capture_logs

from system.common import deadlines
from system.common.errors import NotFound, StaleFencingToken, Unavailable
from system.common.rpc_server import Boundary

GET_USER = "/shop.user.v1.UserService/GetUser"


@dataclass(frozen=True)
class Details:
    """Of a call, as the library has them."""

    method: str


@dataclass
class Context:
    """Of a call whose caller waits `left_s`; keeps the status that it ends with."""

    left_s: float | None
    ended: list[grpc.StatusCode] = field(default_factory=list)

    def time_remaining(self) -> float | None:
        """Seconds."""
        return self.left_s

    def invocation_metadata(self) -> tuple[()]:
        """None."""
        return ()

    async def abort(self, code: grpc.StatusCode, details: str, trailing_metadata: object) -> None:
        """End with a status."""
        self.ended.append(code)


async def call(behaviour: Any, context: Context, method: str = GET_USER) -> Any:
    async def continuation(details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(behaviour)

    details: Any = Details(method)
    handler: Any = await Boundary(2.0).intercept_service(continuation, details)
    return await handler.unary_unary(user_pb2.GetUserRequest(), context)


@pytest.mark.parametrize(("left_s", "limit_s"), [(None, 2.0), (1.0, 1.0), (60.0, 5.0)])
async def test_a_call_ends_by_the_nearest_of_callers_own_and_promised_deadline(left_s: float | None, limit_s: float) -> None:
    async def behaviour(request: Any, context: Any) -> float:
        return deadlines.remaining(100.0)

    assert await call(behaviour, Context(left_s)) == pytest.approx(limit_s, abs=0.5)


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (NotFound("gone"), grpc.StatusCode.NOT_FOUND, False),
        (Unavailable("away"), grpc.StatusCode.UNAVAILABLE, False),
        (StaleFencingToken("late"), grpc.StatusCode.ABORTED, True),
    ],
)
async def test_a_status_that_is_not_promised_is_told(error: Exception, status: grpc.StatusCode, told: bool) -> None:
    async def behaviour(request: Any, context: Any) -> None:
        raise error

    context = Context(None)
    with capture_logs() as logs:
        await call(behaviour, context)
    assert context.ended == [status]
    assert [each["event"] for each in logs] == (["a status that the contract does not have"] if told else [])
