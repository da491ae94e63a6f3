"""Refresh tokens: each works once, whichever instances are asked and however many at one time."""

import asyncio

from system.common import database
from system.common.database import Transaction
from system.common.errors import Unauthenticated
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
    """A replay arrives while the newest token is being traded: the one that is bought ends with the others."""
    settings = alone.settings()
    async with database.connect(settings) as schema, clients.connect(settings) as cache:
        for _ in range(ROUNDS):
            first = (await alone.login(ada.user)).refresh
            second = await alone.refresh(first)
            slow = SlowTrade()
            versions = Versions(schema, slow, cache)
            sessions = Sessions(schema, slow, Passwords(settings), Tokens(settings), versions)
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
