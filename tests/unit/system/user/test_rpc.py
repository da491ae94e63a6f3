"""Protobuf in, protobuf out: what is not set stays unset, and no role is made up."""

from datetime import UTC
from typing import cast

import pytest
from shop.user.v1 import user_pb2

from system.common.errors import InvalidArgument, PermissionDenied
from system.common.rpc_server import Context
from system.user.rpc import UserRpc
from tests.unit.system.user.fakes import CREATED, Shop

NO_CONTEXT = cast(Context, None)
PASSWORD = "correct horse"


@pytest.fixture
def rpc() -> UserRpc:
    shop = Shop()
    return UserRpc(shop.accounts, shop.sessions)


@pytest.fixture
async def ada(rpc: UserRpc) -> user_pb2.User:
    request = user_pb2.RegisterRequest(email="Ada@shop.example", password=PASSWORD, name="Ada")
    return (await rpc.Register(request, NO_CONTEXT)).user


async def login(rpc: UserRpc) -> user_pb2.LoginResponse:
    return await rpc.Login(user_pb2.LoginRequest(email="ada@shop.example", password=PASSWORD), NO_CONTEXT)


async def test_an_account_travels_without_its_credential(rpc: UserRpc, ada: user_pb2.User) -> None:
    assert (ada.email, ada.name, ada.role, ada.version) == ("ada@shop.example", "Ada", user_pb2.ROLE_USER, 1)
    assert ada.created_at.ToDatetime(UTC) == CREATED
    assert (await rpc.GetUser(user_pb2.GetUserRequest(user_id=ada.id), NO_CONTEXT)).user == ada


async def test_tokens_travel_with_their_ends(rpc: UserRpc, ada: user_pb2.User) -> None:
    answer = await login(rpc)
    assert answer.user == ada
    assert answer.tokens.refresh_expires_at.seconds - answer.tokens.access_expires_at.seconds == 14 * 86400 - 900
    following = await rpc.RefreshTokens(user_pb2.RefreshTokensRequest(refresh_token=answer.tokens.refresh_token), NO_CONTEXT)
    seen = await rpc.VerifyToken(user_pb2.VerifyTokenRequest(access_token=following.tokens.access_token), NO_CONTEXT)
    assert (seen.user_id, seen.email, seen.role, seen.version) == (ada.id, ada.email, ada.role, 1)


async def test_fields_that_are_not_set_stay_as_they_are(rpc: UserRpc, ada: user_pb2.User) -> None:
    changed = await rpc.UpdateProfile(user_pb2.UpdateProfileRequest(user_id=ada.id, name="Countess"), NO_CONTEXT)
    assert (changed.user.name, changed.user.email, changed.user.version) == ("Countess", ada.email, 2)
    assert (await login(rpc)).user == changed.user


@pytest.mark.parametrize("field", ["name", "email", "password"])
async def test_a_field_set_to_nothing_is_not_the_same_as_unset(rpc: UserRpc, ada: user_pb2.User, field: str) -> None:
    request = user_pb2.UpdateProfileRequest(user_id=ada.id, current_password=PASSWORD)
    setattr(request, field, "")
    with pytest.raises(InvalidArgument):
        await rpc.UpdateProfile(request, NO_CONTEXT)


async def test_an_empty_current_password_is_a_wrong_one(rpc: UserRpc, ada: user_pb2.User) -> None:
    request = user_pb2.UpdateProfileRequest(user_id=ada.id, password="battery staple", current_password="")
    with pytest.raises(PermissionDenied):
        await rpc.UpdateProfile(request, NO_CONTEXT)


async def test_a_role_is_given(rpc: UserRpc, ada: user_pb2.User) -> None:
    request = user_pb2.RegisterRequest(email="root@shop.example", password="correct horse", name="Root")
    other = (await rpc.Register(request, NO_CONTEXT)).user
    await rpc.ChangeRole(user_pb2.ChangeRoleRequest(user_id=other.id, role=user_pb2.ROLE_ADMIN), NO_CONTEXT)
    for role in (user_pb2.ROLE_ADMIN, user_pb2.ROLE_USER):
        answer = await rpc.ChangeRole(user_pb2.ChangeRoleRequest(user_id=ada.id, role=role), NO_CONTEXT)
        assert answer.user.role == role


@pytest.mark.parametrize("number", [0, 3, 2_000_000_000])
async def test_a_role_that_is_none_is_refused(rpc: UserRpc, ada: user_pb2.User, number: int) -> None:
    request = user_pb2.ChangeRoleRequest.FromString(
        user_pb2.ChangeRoleRequest(user_id=ada.id).SerializeToString() + b"\x10" + _varint(number)
    )
    with pytest.raises(InvalidArgument):
        await rpc.ChangeRole(request, NO_CONTEXT)
    assert (await rpc.GetUser(user_pb2.GetUserRequest(user_id=ada.id), NO_CONTEXT)).user == ada


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
