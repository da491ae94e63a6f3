"""Sessions: no login says what was wrong, no refresh token works twice, and no token outlives a change."""

import asyncio
import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from harness.waiting import wait_until_async
from system.common.errors import Unauthenticated, Unavailable
from system.user.domain import Account, Role, TokenPair, User
from system.user.sessions import Sessions
from system.user.tokens import Tokens
from tests.unit.system.user.fakes import ADA, Shop

PASSWORD = "correct horse"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def ada(shop: Shop) -> User:
    return await shop.accounts.register("ada@shop.example", PASSWORD, "Ada")


@pytest.fixture
async def pair(shop: Shop, ada: User) -> TokenPair:
    return (await shop.sessions.login(ada.email, PASSWORD))[0]


async def refused(shop: Shop, refresh_token: str) -> str:
    with pytest.raises(Unauthenticated) as error:
        await shop.sessions.refresh(refresh_token)
    return error.value.code


async def ended(shop: Shop, pair: TokenPair) -> bool:
    """Whether the access token is refused because its session is over."""
    try:
        await shop.sessions.verify(pair.access_token)
    except Unauthenticated as error:
        return error.code == "SESSION_ENDED"
    return False


async def test_a_login_gives_tokens_that_speak_for_the_user(shop: Shop, ada: User, pair: TokenPair) -> None:
    bearer = await shop.sessions.verify(pair.access_token)
    assert (bearer.user_id, bearer.email, bearer.role, bearer.version) == (ada.id, ada.email, Role.USER, 1)


async def test_the_address_is_compared_in_its_normal_form(shop: Shop, ada: User) -> None:
    assert (await shop.sessions.login(" ADA@shop.Example", PASSWORD))[1] == ada


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@shop.example", "wrong horse"),
        ("eve@shop.example", PASSWORD),
        ("no address", PASSWORD),
        ("ädä@shop.example", PASSWORD),
        ("", ""),
        ("ada@shop.example", "x" * 100_000),
    ],
)
async def test_a_login_never_says_what_was_wrong(shop: Shop, ada: User, email: str, password: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        await shop.sessions.login(email, password)
    said = (refusal.value.code, str(refusal.value), refusal.value.metadata)
    assert said == ("WRONG_CREDENTIALS", "the e-mail address or the password is wrong", {})
    assert not shop.store.rows.refresh


async def test_a_login_renews_a_hash_made_at_another_cost(shop: Shop, ada: User) -> None:
    costlier = Shop(argon2_time_cost=2)
    sessions = Sessions(shop.settings, shop.database, shop.store, costlier.passwords, shop.tokens, shop.versions)
    await sessions.login(ada.email, PASSWORD)
    kept = shop.store.rows.accounts[ada.id]
    assert "t=2" in kept.password_hash
    assert kept.user.version == 1
    assert (await sessions.login(ada.email, PASSWORD))[1] == ada


async def test_a_refresh_token_buys_the_next_pair_of_its_family(shop: Shop, pair: TokenPair) -> None:
    following = await shop.sessions.refresh(pair.refresh_token)
    assert (await shop.sessions.verify(following.access_token)).version == 1
    assert len({token.family for token in shop.store.rows.refresh.values()}) == 1
    assert await shop.sessions.refresh(following.refresh_token)


async def test_a_replay_ends_the_session_for_good(shop: Shop, pair: TokenPair) -> None:
    second = await shop.sessions.refresh(pair.refresh_token)
    third = await shop.sessions.refresh(second.refresh_token)
    assert await refused(shop, pair.refresh_token) == "REFRESH_TOKEN_REUSED"
    assert await refused(shop, third.refresh_token) == "REFRESH_TOKEN_REUSED"
    for each in (pair, second, third):
        assert await ended(shop, each)


async def test_a_replay_does_not_end_another_login(shop: Shop, ada: User, pair: TokenPair) -> None:
    other, _ = await shop.sessions.login(ada.email, PASSWORD)
    await shop.sessions.refresh((await shop.sessions.refresh(pair.refresh_token)).refresh_token)
    await refused(shop, pair.refresh_token)
    assert not await ended(shop, other)
    assert await shop.sessions.refresh(other.refresh_token)


async def test_a_refresh_whose_answer_was_lost_is_repeated_with_the_same_result(shop: Shop, pair: TokenPair) -> None:
    lost = await shop.sessions.refresh(pair.refresh_token)
    assert await shop.sessions.refresh(pair.refresh_token) == lost
    assert await shop.sessions.refresh(pair.refresh_token) == lost
    following = await shop.sessions.refresh(lost.refresh_token)
    assert not await ended(shop, following)
    assert await refused(shop, pair.refresh_token) == "REFRESH_TOKEN_REUSED", "its answer had arrived"
    assert await ended(shop, following)


async def test_where_repeating_is_not_allowed_it_is_a_replay() -> None:
    shop = Shop(refresh_again_s=0)
    ada = await shop.accounts.register("ada@shop.example", PASSWORD, "Ada")
    pair, _ = await shop.sessions.login(ada.email, PASSWORD)
    second = await shop.sessions.refresh(pair.refresh_token)
    assert await refused(shop, pair.refresh_token) == "REFRESH_TOKEN_REUSED"
    assert await ended(shop, second)


async def test_one_session_ends_and_the_others_go_on(shop: Shop, ada: User, pair: TokenPair) -> None:
    other, _ = await shop.sessions.login(ada.email, PASSWORD)
    bearer = await shop.sessions.verify(pair.access_token)
    for _ in range(2):  # whoever asks again is told the same
        await shop.sessions.end(bearer.user_id, bearer.family)
        assert await ended(shop, pair)
    assert await refused(shop, pair.refresh_token) == "REFRESH_TOKEN_REUSED"
    assert not await ended(shop, other)


async def test_an_end_that_cannot_be_made_known_is_not_acknowledged_and_made_known_later(
    shop: Shop, ada: User, pair: TokenPair
) -> None:
    bearer = await shop.sessions.verify(pair.access_token)
    shop.cache.read_only = True
    with pytest.raises(Unavailable):
        await shop.sessions.end(bearer.user_id, bearer.family)
    shop.cache.read_only = False
    stop = asyncio.Event()
    announcing = asyncio.create_task(shop.versions.loop(stop))

    async def known() -> bool:
        return await ended(shop, pair)

    await wait_until_async(known, what="the end is known", timeout_s=5, poll_s=0.001)
    stop.set()
    await announcing


@pytest.mark.parametrize("typed", [PASSWORD, "cafe\u0301 au lait", "cafe\u0301\u00a0au\u2003lait"])
async def test_a_password_is_the_same_however_it_is_typed(shop: Shop, typed: str) -> None:
    await shop.accounts.register("bob@shop.example", unicodedata.normalize("NFC", typed), "Bob")
    assert await shop.sessions.login("bob@shop.example", typed)


async def test_a_password_that_was_kept_as_it_was_typed_is_still_right(shop: Shop, ada: User) -> None:
    typed = "cafe\u0301 au lait"
    kept = PasswordHasher(1, 8, 1).hash(typed)
    shop.put(Account(ada, kept))
    assert await shop.sessions.login(ada.email, typed)


async def test_a_change_of_the_user_ends_every_login(shop: Shop, ada: User, pair: TokenPair) -> None:
    await shop.accounts.change_role(ada.id, Role.ADMIN)
    assert await refused(shop, pair.refresh_token) == "TOKEN_OUTDATED"
    with pytest.raises(Unauthenticated):
        await shop.sessions.verify(pair.access_token)
    again, user = await shop.sessions.login(ada.email, PASSWORD)
    assert (await shop.sessions.verify(again.access_token)).role is user.role is Role.ADMIN


async def test_a_refresh_token_of_a_user_who_is_gone_is_refused(shop: Shop, ada: User, pair: TokenPair) -> None:
    del shop.store.rows.accounts[ada.id]
    assert await refused(shop, pair.refresh_token) == "TOKEN_OUTDATED"


async def test_a_refresh_token_that_was_never_kept_is_refused(shop: Shop, ada: User) -> None:
    forged = shop.tokens.issue(ada, family=ADA.id).pair
    assert await refused(shop, forged.refresh_token) == "REFRESH_TOKEN_REUSED"


async def test_an_expired_refresh_token_is_refused(shop: Shop, ada: User) -> None:
    past = Tokens(shop.settings, clock=lambda: time.time() - shop.settings.refresh_ttl_s - 1)
    sessions = Sessions(shop.settings, shop.database, shop.store, shop.passwords, past, shop.versions)
    pair, _ = await sessions.login(ada.email, PASSWORD)
    assert await refused(shop, pair.refresh_token) == "TOKEN_EXPIRED"


async def test_each_token_serves_its_own_purpose(shop: Shop, pair: TokenPair) -> None:
    assert await refused(shop, pair.access_token) == "TOKEN_INVALID"
    with pytest.raises(Unauthenticated):
        await shop.sessions.verify(pair.refresh_token)


async def test_two_instances_accept_each_others_tokens(shop: Shop, ada: User, pair: TokenPair) -> None:
    other = Shop()
    other.put(Account(ada, "hash"))
    assert (await other.sessions.verify(pair.access_token)).user_id == ada.id
