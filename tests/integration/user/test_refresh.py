"""Refresh tokens: each works once, whichever instances are asked and however many at one time."""

import asyncio

from system.common.errors import Unauthenticated
from tests.integration.user.alone import Alone, Login, eventually, outcome, refusal

ROUNDS = 10


async def test_a_refresh_token_buys_the_next_one_at_any_instance(alone: Alone, ada: Login) -> None:
    second = await alone.refresh(ada.refresh, 2)
    third = await alone.refresh(second, 1)
    assert len({ada.refresh, second, third}) == 3
    assert await alone.accepts(ada.access) == [True, True]


async def test_a_replay_ends_the_family_on_every_instance(alone: Alone, ada: Login) -> None:
    second = await alone.refresh(ada.refresh, 1)
    assert await refusal(alone.refresh(ada.refresh, 2), Unauthenticated) == "REFRESH_TOKEN_REUSED"
    for instance in (1, 2):
        assert await refusal(alone.refresh(second, instance), Unauthenticated) == "REFRESH_TOKEN_REUSED"
    assert await alone.refresh((await alone.login(ada.user)).refresh)


async def test_a_token_shown_many_times_at_once_works_at_most_once(alone: Alone, ada: Login) -> None:
    answers = await asyncio.gather(*(alone.refresh(ada.refresh, 1 + i % 2) for i in range(8)), return_exceptions=True)
    bought = [answer for answer in answers if isinstance(answer, str)]
    assert len(bought) == 1
    assert await refusal(alone.refresh(bought[0]), Unauthenticated) == "REFRESH_TOKEN_REUSED"


async def test_a_family_that_is_ended_cannot_grow_meanwhile(alone: Alone, ada: Login) -> None:
    for _ in range(ROUNDS):
        first = (await alone.login(ada.user)).refresh
        second = await alone.refresh(first)
        replay, third = await asyncio.gather(outcome(alone.refresh(first, 1)), alone.refresh(second, 2), return_exceptions=True)
        assert isinstance(replay, Unauthenticated)
        if isinstance(third, str):
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
