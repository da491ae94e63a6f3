"""An instance of user that is asked directly is heard as its gateway would be."""

from typing import Any, cast

import grpc
import pytest
from shop.user.v1 import user_pb2

from chaos.client.service_instances import STATUSES, UserInstance
from system.common.errors import TABLE


class FakeMethod:
    """One method of a channel: answers, or fails with a status."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    async def __call__(self, request: object, *, timeout: float) -> object:  # noqa: ASYNC109 - gRPC's own name
        assert timeout > 0
        self.asked.append(request)
        if isinstance(self.answer, grpc.StatusCode):
            raise grpc.aio.AioRpcError(self.answer, grpc.aio.Metadata(), grpc.aio.Metadata(), details="no")
        return self.answer


class FakeChannel:
    """Every method of it does the same."""

    def __init__(self, answer: object) -> None:
        self.method = FakeMethod(answer)

    def unary_unary(self, *_where: object, **_how: object) -> FakeMethod:
        return self.method


def instance(answer: object) -> tuple[UserInstance, FakeMethod]:
    channel = FakeChannel(answer)
    return UserInstance(cast("grpc.aio.Channel", channel)), channel.method


def test_every_status_of_the_shop_is_translated_as_the_gateway_does() -> None:
    first = {row.grpc: row.http for row in reversed(TABLE)}
    assert {status: STATUSES.get(status, 500) for status in first} == first


async def test_a_token_that_stands() -> None:
    known = user_pb2.VerifyTokenResponse(user_id="ada", role=user_pb2.ROLE_USER, version=3)
    asked, method = instance(known)
    answer = await asked.verify("token")
    assert (answer.status, answer.body) == (200, {"id": "ada", "role": "ROLE_USER", "version": 3})
    assert method.asked == [user_pb2.VerifyTokenRequest(access_token="token")]


async def test_a_refresh() -> None:
    pair = user_pb2.TokenPair(access_token="a", refresh_token="r")
    asked, method = instance(user_pb2.RefreshTokensResponse(tokens=pair))
    answer = await asked.refresh("token")
    assert (answer.status, answer.body) == (200, {"access_token": "a", "refresh_token": "r"})
    assert method.asked == [user_pb2.RefreshTokensRequest(refresh_token="token")]


@pytest.mark.parametrize(
    ("status", "heard"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, 401),
        (grpc.StatusCode.UNAVAILABLE, 503),
        (grpc.StatusCode.INTERNAL, 500),
        (grpc.StatusCode.CANCELLED, 503),
    ],
)
async def test_a_refusal_is_an_answer(status: grpc.StatusCode, heard: int) -> None:
    for call in (instance(status)[0].verify, instance(status)[0].refresh):
        answer = await call("token")
        assert (answer.status, answer.body["title"]) == (heard, status.name)
