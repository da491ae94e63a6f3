import httpx
import pytest
from shop.user.v1 import user_pb2

from system.common.errors import AlreadyExists, Unauthenticated, Unavailable
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import ADA, AS_ADA, AS_ADMIN, NOON, FakeShop, account, fake_shop

CREDENTIALS = {"email": "ada@shop.example", "password": "correct horse battery"}
PAIR = user_pb2.TokenPair(access_token="a.b.c", refresh_token="d.e.f", access_expires_at=NOON, refresh_expires_at=NOON)


async def test_registration_makes_an_account(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["Register"] = user_pb2.RegisterResponse(user=account())
    answer = await client.post("/auth/register", json={**CREDENTIALS, "name": "Ada"})
    assert answer.status_code == 201
    assert answer.json() == {
        "id": ADA,
        "email": "ada@shop.example",
        "name": "Ada",
        "role": "USER",
        "created_at": "2026-11-22T12:00:00Z",
    }


async def test_a_taken_address_is_409(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["Register"] = AlreadyExists("this address is taken", reason="EMAIL_TAKEN")
    answer = await client.post("/auth/register", json={**CREDENTIALS, "name": "Ada"})
    assert (answer.status_code, answer.json()["code"]) == (409, "EMAIL_TAKEN")


async def test_login_opens_a_session_that_nothing_may_store(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["Login"] = user_pb2.LoginResponse(tokens=PAIR, user=account())
    answer = await client.post("/auth/login", json=CREDENTIALS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["user"]["id"] == ADA
    assert {name: body[name] for name in ("access_token", "refresh_token", "token_type", "expires_at")} == {
        "access_token": "a.b.c",
        "refresh_token": "d.e.f",
        "token_type": "bearer",
        "expires_at": "2026-11-22T12:00:00Z",
    }


async def test_a_wrong_password_is_401_with_a_challenge(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["Login"] = Unauthenticated("wrong e-mail address or password")
    answer = await client.post("/auth/login", json=CREDENTIALS)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_refresh_trades_a_token_for_a_pair(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["RefreshTokens"] = user_pb2.RefreshTokensResponse(tokens=PAIR)
    answer = await client.post("/auth/refresh", json={"refresh_token": "x.y.z"})
    assert answer.json()["refresh_token"] == "d.e.f"
    assert shop.users.calls[0][1].refresh_token == "x.y.z"


async def test_too_many_logins_for_one_address_are_429_and_others_go_on() -> None:
    shop = fake_shop(login_rate="3/minute")
    shop.users.answers["Login"] = user_pb2.LoginResponse(tokens=PAIR, user=account())
    transport = httpx.ASGITransport(create_app(shop.parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", trust_env=False) as client:
        spellings = ["ada@shop.example", "ADA@shop.example", "ada@shop.example"]
        allowed = [await client.post("/auth/login", json=CREDENTIALS | {"email": email}) for email in spellings]
        refused = await client.post("/auth/login", json=CREDENTIALS)
        other = await client.post("/auth/login", json=CREDENTIALS | {"email": "bob@shop.example"})
    assert [answer.status_code for answer in allowed] == [200, 200, 200]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert other.status_code == 200
    assert len(shop.users.methods) == 4, "a refused attempt reaches nobody"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ada",
        "Basic YWRhOmFkYQ==",
        "Bearer",
        "Bearer ",
        "Bearer stranger",
        "Bearer ada, Bearer admin",
        f"Bearer {'x' * 5000}",
    ],
)
async def test_without_a_valid_token_it_is_401_with_a_challenge(shop: FakeShop, client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/users/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert shop.writes == []


async def test_a_token_that_is_not_ascii_is_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/users/me", headers=[(b"Authorization", b"Bearer \xe9\xff")])
    assert answer.status_code == 401


async def test_when_nobody_can_judge_a_token_it_is_503_not_401(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["VerifyToken"] = Unavailable("user cannot be reached")
    answer = await client.get("/users/me", headers=AS_ADA)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_every_request_asks_for_a_new_judgement(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["GetUser"] = user_pb2.GetUserResponse(user=account())
    for _ in range(3):
        assert (await client.get("/users/me", headers=AS_ADA)).status_code == 200
    assert shop.users.methods.count("VerifyToken") == 3


async def test_a_role_this_gateway_does_not_know_grants_nothing(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["VerifyToken"] = user_pb2.VerifyTokenResponse(user_id=ADA, role=user_pb2.ROLE_UNSPECIFIED)
    answer = await client.get("/users/me", headers=AS_ADA)
    assert answer.status_code == 403
    assert shop.writes == []


async def test_only_what_is_sent_of_a_profile_changes(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["UpdateProfile"] = user_pb2.UpdateProfileResponse(user=account())
    answer = await client.patch("/users/me", json={"name": "Ada King"}, headers=AS_ADA)
    assert answer.status_code == 200
    request = shop.users.calls[-1][1]
    assert (request.user_id, request.name) == (ADA, "Ada King")
    assert not any(request.HasField(name) for name in ("email", "password", "current_password"))


async def test_an_admin_gives_a_role(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.users.answers["ChangeRole"] = user_pb2.ChangeRoleResponse(user=account(role=user_pb2.ROLE_ADMIN))
    answer = await client.patch(f"/users/{ADA}/role", json={"role": "ADMIN"}, headers=AS_ADMIN)
    assert answer.json()["role"] == "ADMIN"
    assert shop.users.calls[-1][1] == user_pb2.ChangeRoleRequest(user_id=ADA, role=user_pb2.ROLE_ADMIN)
