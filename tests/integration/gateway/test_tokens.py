"""Tokens that are expired, foreign, tampered with or of another kind open nothing."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from harness.stack.attach import AttachedStack
from tests.integration.gateway.conftest import Rowset, Stage
from tests.integration.shop import key, order_of

AUDIENCE = "shop-clients"
Forge = Callable[[dict[str, Any], str, str], str]


def without_signature(_claims: dict[str, Any], _secret: str, token: str) -> str:
    return f"{token.rsplit('.', 1)[0]}."


def with_another_payload(claims: dict[str, Any], _secret: str, token: str) -> str:
    other = jwt.encode({**claims, "role": "ADMIN"}, "x" * 64, "HS256").split(".")[1]
    head, _, signature = token.split(".")
    return f"{head}.{other}.{signature}"


FORGERIES: dict[str, Forge] = {
    "expired": lambda claims, secret, _: jwt.encode({**claims, "exp": int(time.time()) - 1}, secret, "HS256"),
    "foreign": lambda claims, _secret, _token: jwt.encode(claims, "f" * 64, "HS256"),
    "tampered": with_another_payload,
    "unsigned": without_signature,
    "without an algorithm": lambda claims, _secret, _token: jwt.encode(claims, "", "none"),
    "without an end": lambda claims, secret, _: jwt.encode(
        {name: value for name, value in claims.items() if name != "exp"}, secret, "HS256"
    ),
    "of a refresh": lambda claims, secret, _: jwt.encode({**claims, "typ": "refresh"}, secret, "HS256"),
    "of the future": lambda claims, secret, _: jwt.encode({**claims, "ver": claims["ver"] + 1}, secret, "HS256"),
    "of nobody": lambda claims, secret, _: jwt.encode({**claims, "sub": "nobody"}, secret, "HS256"),
    "garbage": lambda _claims, _secret, _token: "a.b.c",
    "cut off": lambda _claims, _secret, token: token[: len(token) // 2],
}


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_forged_token_is_401_and_changes_nothing(
    gateway: httpx.AsyncClient, stack: AttachedStack, stage: Stage, rows_of: Callable[[], dict[str, Rowset]], kind: str
) -> None:
    token = stage.customer.headers["Authorization"].removeprefix("Bearer ")
    secret = stack.secret("jwt")
    claims = jwt.decode(token, secret, ["HS256"], audience=AUDIENCE)
    forged = {"Authorization": f"Bearer {FORGERIES[kind](claims, secret, token)}"}
    before = rows_of()
    answers = [
        await gateway.post("/orders", json=order_of(stage.product), headers=forged | key()),
        await gateway.get("/users/me", headers=forged),
        await gateway.put(f"/products/{stage.product}/stock", json={"available": 0}, headers=forged),
    ]
    for answer in answers:
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert rows_of() == before
    assert (await gateway.get("/users/me", headers=stage.customer.headers)).status_code == 200, "the true one still opens"
