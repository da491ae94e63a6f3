"""What becomes of a token, branch by branch: signature, then Redis, then MySQL, compared at every stage."""

import time

import jwt
import pytest
from shop.user.v1 import user_pb2

from system.common.errors import InvalidArgument, Unauthenticated
from tests.integration.user.alone import PASSWORD, Alone, Login, refusal


def changed_behind_its_back(alone: Alone, user: user_pb2.User, version: int) -> None:
    """Another version in MySQL of which Redis is not told, neither now nor later."""
    alone.rows("UPDATE users SET version = %s, announced_version = %s WHERE id = %s", version, version, user.id)


async def test_hit_equal_is_accepted(alone: Alone, ada: Login) -> None:
    await alone.cache(ada.user.id, 1)
    changed_behind_its_back(alone, ada.user, 2)  # proves that MySQL is not asked
    async with alone.judged(1, "equal", "current"):
        seen = await alone.verify(ada.access)
    assert (seen.user_id, seen.email, seen.role, seen.version) == (ada.user.id, ada.user.email, user_pb2.ROLE_USER, 1)


async def test_hit_higher_is_refused(alone: Alone, ada: Login) -> None:
    await alone.cache(ada.user.id, 2)
    async with alone.judged(2, "higher", "outdated"):
        assert await refusal(alone.verify(ada.access, 2), Unauthenticated) == "TOKEN_OUTDATED"
    assert await alone.cached(ada.user.id) == 2


async def test_hit_lower_is_compared_with_mysql_and_repaired(alone: Alone, ada: Login) -> None:
    changed_behind_its_back(alone, ada.user, 2)
    newer = await alone.login(ada.user)
    await alone.cache(ada.user.id, 1)
    async with alone.judged(1, "lower", "current"):
        assert (await alone.verify(newer.access)).version == 2
    assert await alone.cached(ada.user.id) == 2
    assert await alone.accepts(ada.access) == [False, False]


async def test_hit_lower_is_refused_when_mysql_is_higher_still(alone: Alone, ada: Login) -> None:
    changed_behind_its_back(alone, ada.user, 2)
    newer = await alone.login(ada.user)
    changed_behind_its_back(alone, ada.user, 3)
    await alone.cache(ada.user.id, 1)
    async with alone.judged(1, "lower", "outdated"):
        assert await refusal(alone.verify(newer.access), Unauthenticated) == "TOKEN_OUTDATED"
    assert await alone.cached(ada.user.id) == 3


async def test_miss_equal_is_accepted_and_cached_for_a_while(alone: Alone, ada: Login) -> None:
    async with alone.judged(1, "miss", "current"):
        assert (await alone.verify(ada.access)).version == 1
    assert await alone.cached(ada.user.id) == 1
    assert 0 < await alone.redis.pttl(f"user:version:{ada.user.id}") <= 300_000
    assert not await alone.redis.exists(f"user:lease:{ada.user.id}")


async def test_miss_outdated_is_refused(alone: Alone, ada: Login) -> None:
    changed_behind_its_back(alone, ada.user, 2)
    async with alone.judged(1, "miss", "outdated"):
        assert await refusal(alone.verify(ada.access), Unauthenticated) == "TOKEN_OUTDATED"
    assert await alone.cached(ada.user.id) == 2


async def test_an_outdated_token_stays_so_when_redis_forgets_everything(alone: Alone, ada: Login) -> None:
    await alone.promote(ada.user)
    assert await alone.cached(ada.user.id) == 2
    await alone.redis.flushall()
    assert await alone.accepts(ada.access) == [False, False]
    assert await alone.accepts((await alone.login(ada.user)).access) == [True, True]


@pytest.mark.parametrize("warm", [True, False])
async def test_a_change_outdates_tokens_on_every_instance(alone: Alone, ada: Login, warm: bool) -> None:
    if warm:
        assert await alone.accepts(ada.access) == [True, True]
    assert (await alone.promote(ada.user)).version == 2
    assert await alone.cached(ada.user.id) == 2
    assert await alone.accepts(ada.access) == [False, False]
    assert await refusal(alone.refresh(ada.refresh, 2), Unauthenticated) == "TOKEN_OUTDATED"
    newer = await alone.login(ada.user)
    assert await alone.accepts(newer.access) == [True, True]
    assert (await alone.verify(newer.access)).role == user_pb2.ROLE_ADMIN


CHANGES = [
    user_pb2.UpdateProfileRequest(name="Countess"),
    user_pb2.UpdateProfileRequest(password="battery staple", current_password=PASSWORD),
]


@pytest.mark.parametrize("change", CHANGES, ids=["name", "password"])
async def test_every_change_of_a_profile_outdates_them_too(
    alone: Alone, ada: Login, change: user_pb2.UpdateProfileRequest
) -> None:
    request = user_pb2.UpdateProfileRequest(user_id=ada.user.id)
    request.MergeFrom(change)
    assert await alone.accepts(ada.access) == [True, True]
    assert (await alone.stubs[1].UpdateProfile(request)).user.version == 2
    assert await alone.accepts(ada.access) == [False, False]
    assert (await alone.login(ada.user, change.password or PASSWORD)).user.version == 2


async def test_a_change_that_is_refused_outdates_nothing(alone: Alone, ada: Login) -> None:
    request = user_pb2.UpdateProfileRequest(user_id=ada.user.id, password="short", current_password=PASSWORD)
    await refusal(alone.stubs[0].UpdateProfile(request), InvalidArgument)
    assert await alone.accepts(ada.access) == [True, True]


async def test_a_token_that_was_tampered_with_is_refused(alone: Alone, ada: Login) -> None:
    head, body, signature = ada.access.split(".")
    claims = jwt.decode(ada.access, options={"verify_signature": False})
    forged = jwt.encode(claims | {"role": "ADMIN"}, "no secret of this stack, but long enough", "HS256")
    unsigned = jwt.encode(claims | {"role": "ADMIN"}, "", "none")
    for token in (forged, unsigned, f"{head}.{body}.", f"{head}.{forged.split('.')[1]}.{signature}", "", "x", ada.refresh):
        assert await refusal(alone.verify(token), Unauthenticated) == "TOKEN_INVALID"


async def test_an_expired_token_is_refused_as_such(alone: Alone, ada: Login) -> None:
    claims = jwt.decode(ada.access, options={"verify_signature": False})
    expired = jwt.encode(claims | {"exp": int(time.time())}, alone.stack.secret("jwt"), "HS256")
    assert await refusal(alone.verify(expired), Unauthenticated) == "TOKEN_EXPIRED"
