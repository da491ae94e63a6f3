"""Without Redis tokens are judged by MySQL, and no change is acknowledged; when Redis is back it learns what it missed."""

import asyncio

import pytest
from shop.user.v1 import user_pb2

from system.common.errors import Unauthenticated, Unavailable
from tests.integration.user.alone import PASSWORD, Alone, Login, eventually, outcome, refusal

SOON_S = 5.0
"""The usual deadline of a call: a dead cache costs a token its own short timeout, not the caller's patience."""


async def announced(alone: Alone, user_id: str, version: int) -> None:
    async def noted() -> bool:
        return alone.rows("SELECT announced_version AS v FROM users WHERE id = %s", user_id) == [{"v": version}]

    await eventually(noted, f"version {version} is announced")


async def must_not_be_acknowledged(alone: Alone, user: user_pb2.User) -> None:
    error = await outcome(alone.promote(user))
    assert type(error) is Unavailable
    assert error.code == "CHANGE_NOT_ANNOUNCED"
    assert error.retry_after_s
    assert alone.rows("SELECT version, announced_version FROM users WHERE id = %s", user.id) == [
        {"version": user.version + 1, "announced_version": user.version}
    ]


async def test_redis_gone(alone: Alone, ada: Login) -> None:
    async with alone.without_redis():
        for instance in (1, 2):
            async with asyncio.timeout(SOON_S), alone.judged(instance, "down", "current"):
                assert (await alone.verify(ada.access, instance)).user_id == ada.user.id
        await must_not_be_acknowledged(alone, ada.user)
        assert await alone.accepts(ada.access) == [False, False]
        newer = await alone.login(ada.user)
        assert await alone.accepts(newer.access) == [True, True]
        assert await alone.refresh(newer.refresh)
    await announced(alone, ada.user.id, 2)
    assert await alone.accepts(ada.access) == [False, False]
    assert await alone.accepts(newer.access) == [True, True]


async def test_redis_silent(alone: Alone, ada: Login) -> None:
    assert await alone.accepts(ada.access) == [True, True]
    async with alone.frozen_redis():
        for instance in (1, 2):
            async with asyncio.timeout(SOON_S):
                assert (await alone.verify(ada.access, instance)).user_id == ada.user.id
        await must_not_be_acknowledged(alone, ada.user)
    await announced(alone, ada.user.id, 2)
    assert await alone.cached(ada.user.id) == 2
    assert await alone.accepts(ada.access) == [False, False]


async def test_an_instance_that_died_between_commit_and_announcement(alone: Alone, ada: Login) -> None:
    """What it leaves behind is a version that MySQL has and Redis has not been told of."""
    assert await alone.accepts(ada.access) == [True, True]
    alone.rows("UPDATE users SET version = 2 WHERE id = %s", ada.user.id)
    await announced(alone, ada.user.id, 2)
    assert await alone.cached(ada.user.id) == 2
    assert await alone.accepts(ada.access) == [False, False]


async def test_a_change_asked_for_again_is_acknowledged_when_redis_is_back(alone: Alone, ada: Login) -> None:
    async with alone.without_redis():
        await must_not_be_acknowledged(alone, ada.user)
    assert (await alone.promote(ada.user)).version == 2
    assert await alone.accepts(ada.access) == [False, False]


async def test_an_instance_starts_without_redis(alone: Alone, ada: Login) -> None:
    async with alone.without_redis():
        await asyncio.to_thread(alone.stack.restart, "user-2")
        assert (await alone.verify(ada.access, 2)).version == 1


async def test_an_instance_starts_without_mysql_and_makes_the_admin_later(alone: Alone, ada: Login) -> None:
    assert await alone.accepts(ada.access) == [True, True]
    alone.rows("DELETE FROM refresh_tokens WHERE user_id IN (SELECT id FROM users WHERE email = 'admin@shop.example')")
    alone.rows("DELETE FROM users WHERE email = 'admin@shop.example'")
    alone.rows("UPDATE users SET role = 'USER'")  # the first admin is made where there is none
    await asyncio.to_thread(alone.stack.kill, "mysql")
    try:
        await asyncio.to_thread(alone.stack.restart, "user-2")
        assert (await alone.verify(ada.access, 2)).version == 1  # Redis knows
        for call in (
            alone.stubs[1].Login(user_pb2.LoginRequest(email=ada.user.email, password=PASSWORD)),
            alone.stubs[0].GetUser(user_pb2.GetUserRequest(user_id=ada.user.id)),
        ):
            await refusal(call, Unavailable)
    finally:
        await alone.boot("mysql")

    async def admin_logs_in() -> bool:
        request = user_pb2.LoginRequest(email="admin@shop.example", password=alone.stack.secret("admin"))
        return await outcome(alone.stubs[0].Login(request)) is None

    await eventually(admin_logs_in, "the first admin is made")


@pytest.mark.parametrize("instance", [1, 2])
async def test_an_instance_killed_loses_nothing(alone: Alone, ada: Login, instance: int) -> None:
    name = f"user-{instance}"
    await alone.promote(ada.user, instance)
    await asyncio.to_thread(alone.stack.kill, name)
    await alone.boot(name)
    assert await refusal(alone.verify(ada.access, instance), Unauthenticated) == "TOKEN_OUTDATED"
    assert (await alone.verify((await alone.login(ada.user)).access, instance)).role == user_pb2.ROLE_ADMIN
