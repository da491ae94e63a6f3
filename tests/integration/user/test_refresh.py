"""Refresh tokens: each works once, whichever instances are asked and however many at one time; sessions that are ended."""

import asyncio

import pytest
from shop.user.v1 import user_pb2

from system.common import database
from system.common.database import Transaction
from system.common.errors import Unauthenticated, Unavailable
from system.user import clients
from system.user.domain import RefreshToken
from system.user.passwords import Passwords
from system.user.sessions import Sessions
from system.user.store import Store
from system.user.tokens import Tokens
from system.user.versions import Versions
from tests.integration.user.alone import Alone, Login, eventually, outcome, refusal

ROUNDS = 8
"""Whether a token would slip through depends on the order of random ids: half of the time."""


class SlowTrade(Store):
    """Uses a token up, and keeps the next one only when told to."""

    def __init__(self) -> None:
        self.has_used = asyncio.Event()
        self.go_on = asyncio.Event()

    async def add_refresh(self, tx: Transaction, token: RefreshToken) -> None:
        """See Store."""
        self.has_used.set()
        await self.go_on.wait()
        await super().add_refresh(tx, token)


def spend_long_ago(alone: Alone, ada: Login) -> None:
    """As if the user's refresh tokens had been used before the time in which a refresh may be repeated."""
    alone.rows("UPDATE refresh_tokens SET used_at = used_at - INTERVAL 6 SECOND WHERE user_id = %s", ada.user.id)


async def test_a_refresh_token_buys_the_next_one_at_any_instance(alone: Alone, ada: Login) -> None:
    second = await alone.refresh(ada.refresh, 2)
    third = await alone.refresh(second, 1)
    assert len({ada.refresh, second, third}) == 3
    assert await alone.accepts(ada.access) == [True, True]


@pytest.mark.parametrize("warm", [True, False])
async def test_a_replay_ends_the_session_on_every_instance(alone: Alone, ada: Login, warm: bool) -> None:
    if warm:
        assert await alone.accepts(ada.access) == [True, True]
    third = await alone.refresh(await alone.refresh(ada.refresh, 1), 2)
    assert await refusal(alone.refresh(ada.refresh, 2), Unauthenticated) == "REFRESH_TOKEN_REUSED"
    assert await alone.accepts(ada.access) == [False, False]
    for instance in (1, 2):
        assert await refusal(alone.refresh(third, instance), Unauthenticated) == "REFRESH_TOKEN_REUSED"
    again = await alone.login(ada.user)
    assert await alone.accepts(again.access) == [True, True]
    assert await alone.refresh(again.refresh)


async def test_a_refresh_whose_answer_was_lost_is_repeated_with_the_same_result(alone: Alone, ada: Login) -> None:
    request = user_pb2.RefreshTokensRequest(refresh_token=ada.refresh)
    answers = await asyncio.gather(*(alone.stubs[i % 2].RefreshTokens(request) for i in range(8)))
    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    pair = answers[0].tokens
    assert await alone.accepts(pair.access_token) == [True, True]
    await alone.refresh(pair.refresh_token, 2)
    assert await refusal(alone.refresh(ada.refresh), Unauthenticated) == "REFRESH_TOKEN_REUSED"
    assert await alone.accepts(pair.access_token) == [False, False]


async def test_it_is_repeated_for_a_few_seconds_only(alone: Alone, ada: Login) -> None:
    await alone.refresh(ada.refresh)
    spend_long_ago(alone, ada)
    assert await refusal(alone.refresh(ada.refresh), Unauthenticated) == "REFRESH_TOKEN_REUSED"


@pytest.mark.parametrize("warm", [True, False])
async def test_a_session_that_is_ended_is_over_on_every_instance_and_the_others_are_not(
    alone: Alone, ada: Login, warm: bool
) -> None:
    other = await alone.login(ada.user)
    if warm:
        assert await alone.accepts(ada.access) == [True, True]
    await alone.end(ada)
    assert await alone.accepts(ada.access) == [False, False]
    assert await alone.accepts(other.access) == [True, True]
    await alone.redis.delete(f"user:ended:{ada.user.id}")
    assert await alone.accepts(ada.access) == [False, False]
    await alone.redis.flushall()
    assert await alone.accepts(ada.access) == [False, False]
    async with alone.without_redis():
        assert await alone.accepts(ada.access) == [False, False]
        assert await alone.accepts(other.access) == [True, True]


async def test_an_end_that_redis_was_not_told_of_is_not_acknowledged_and_told_later(alone: Alone, ada: Login) -> None:
    assert await alone.accepts(ada.access) == [True, True]
    session = (await alone.verify(ada.access)).session_id
    async with alone.frozen_redis():
        ending = alone.stubs[0].Logout(user_pb2.LogoutRequest(user_id=ada.user.id, session_id=session))
        assert await refusal(ending, Unavailable) == "CHANGE_NOT_ANNOUNCED"

    async def over() -> bool:
        return await alone.accepts(ada.access) == [False, False]

    await eventually(over, "the session is over")


async def test_a_family_that_is_ended_cannot_grow_meanwhile(alone: Alone, ada: Login) -> None:
    """A replay arrives while the newest token is being traded: the one that is bought ends with the others."""
    settings = alone.settings()
    async with database.connect(settings) as schema, clients.connect(settings) as cache:
        for _ in range(ROUNDS):
            first = (await alone.login(ada.user)).refresh
            second = await alone.refresh(first)
            spend_long_ago(alone, ada)
            slow = SlowTrade()
            versions = Versions(schema, slow, cache)
            sessions = Sessions(settings, schema, slow, Passwords(settings), Tokens(settings), versions)
            trade = asyncio.create_task(sessions.refresh(second))
            await asyncio.wait_for(slow.has_used.wait(), 10)
            replay = asyncio.create_task(outcome(alone.refresh(first, 2)))
            await asyncio.wait({replay}, timeout=0.2)  # it is through, or waits for the trade; either is fine
            slow.go_on.set()
            third = (await trade).refresh_token
            assert isinstance(await replay, Unauthenticated)
            assert await refusal(alone.refresh(third), Unauthenticated) == "REFRESH_TOKEN_REUSED"


async def test_the_tokens_themselves_are_not_kept(alone: Alone, ada: Login) -> None:
    for row in alone.rows("SELECT * FROM refresh_tokens WHERE user_id = %s", ada.user.id):
        assert not any(part in str(value) for value in row.values() for part in ada.refresh.split("."))


async def test_expired_ones_are_forgotten(alone: Alone, ada: Login) -> None:
    kept = (await alone.login(ada.user)).refresh
    [expired, _] = alone.rows("SELECT jti FROM refresh_tokens WHERE user_id = %s ORDER BY expires_at, jti", ada.user.id)
    alone.rows("UPDATE refresh_tokens SET expires_at = '2020-01-01' WHERE jti = %s", expired["jti"])
    await asyncio.to_thread(alone.stack.restart, "user-2")  # it sweeps when it starts

    async def forgotten() -> bool:
        return not alone.rows("SELECT jti FROM refresh_tokens WHERE jti = %s", expired["jti"])

    await eventually(forgotten, "the expired token is forgotten")
    answers = [await outcome(alone.refresh(token)) for token in (ada.refresh, kept)]
    assert sorted(answer is None for answer in answers) == [False, True]
