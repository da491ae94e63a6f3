"""Which version is in force, branch by branch: what the cache says, and what MySQL makes of it."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from harness.waiting import wait_until_async
from system.common.errors import Unauthenticated, Unavailable
from system.user.domain import Account
from tests.unit.system.user.fakes import ADA, Shop


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.put(Account(ADA, "hash"))
    return shop


def counted(cache: str, verdict: str) -> float:
    labels = {"cache": cache, "verdict": verdict}
    return REGISTRY.get_sample_value("user_version_checks_total", labels) or 0.0


async def refused(shop: Shop, version: int, user_id: str = ADA.id) -> bool:
    try:
        await shop.versions.require_current(user_id, version)
    except Unauthenticated as error:
        return error.code == "TOKEN_OUTDATED"
    return False


async def test_hit_equal_is_accepted_without_asking_mysql(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.database.down = True
    assert not await refused(shop, 1)


async def test_hit_higher_is_refused_without_asking_mysql(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 2
    shop.database.down = True
    assert await refused(shop, 1)


async def test_hit_lower_asks_mysql_and_repairs_the_cache(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)
    assert not await refused(shop, 2)
    assert shop.cache.versions[ADA.id] == 2


async def test_hit_lower_is_refused_when_mysql_is_higher_still(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 3)
    assert await refused(shop, 2)
    assert shop.cache.versions[ADA.id] == 3


async def test_hit_lower_is_judged_even_when_the_repair_fails(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)
    shop.cache.read_only = True
    assert not await refused(shop, 2)


async def test_miss_is_judged_even_when_populating_fails(shop: Shop) -> None:
    shop.cache.read_only = True
    assert not await refused(shop, 1)
    assert not shop.cache.versions


async def test_a_version_nobody_issued_is_refused(shop: Shop) -> None:
    assert await refused(shop, 2)
    shop.cache.versions[ADA.id] = 1
    assert await refused(shop, 2)


async def test_miss_equal_is_accepted_and_cached(shop: Shop) -> None:
    assert not await refused(shop, 1)
    assert shop.cache.versions[ADA.id] == 1
    assert not shop.cache.leases


async def test_miss_compares_with_mysql_too(shop: Shop) -> None:
    shop.changed_elsewhere(ADA.id, 2)
    assert await refused(shop, 1)
    assert shop.cache.versions[ADA.id] == 2


async def test_miss_without_the_lease_is_judged_and_caches_nothing(shop: Shop) -> None:
    shop.cache.leases[ADA.id] = "somebody else's"
    assert not await refused(shop, 1)
    assert await refused(shop, 2)
    assert not shop.cache.versions


@pytest.mark.parametrize(("token", "expected"), [(1, True), (2, False)])
async def test_without_a_cache_mysql_judges(shop: Shop, token: int, expected: bool) -> None:
    shop.cache.down = True
    shop.changed_elsewhere(ADA.id, 2)
    assert await refused(shop, token) is expected


async def test_a_user_who_is_gone_is_refused_and_not_cached(shop: Shop) -> None:
    assert await refused(shop, 1, user_id="nobody")
    assert not shop.cache.versions


async def test_without_both_nobody_can_say(shop: Shop) -> None:
    shop.cache.down = shop.database.down = True
    with pytest.raises(Unavailable):
        await shop.versions.require_current(ADA.id, 1)


async def test_every_judgement_is_counted_by_its_branch(shop: Shop) -> None:
    before = counted("miss", "current"), counted("equal", "current"), counted("higher", "outdated")
    await refused(shop, 1)
    await refused(shop, 1)
    shop.cache.versions[ADA.id] = 5
    await refused(shop, 1)
    assert (counted("miss", "current"), counted("equal", "current"), counted("higher", "outdated")) == tuple(
        count + 1 for count in before
    )


async def test_a_change_is_announced_and_that_is_noted(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)
    await shop.versions.announce(ADA.id, 2)
    assert shop.cache.versions[ADA.id] == 2
    assert shop.store.rows.announced[ADA.id] == 2


async def test_an_announcement_leaves_the_version_of_mysql_where_there_was_none(shop: Shop) -> None:
    shop.changed_elsewhere(ADA.id, 3)
    await shop.versions.announce(ADA.id, 2)
    assert shop.cache.versions[ADA.id] == 3


@pytest.mark.parametrize("failures", [1, 2])
async def test_an_announcement_is_tried_again_at_once(shop: Shop, failures: int) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)
    shop.cache.failures = failures
    await shop.versions.announce(ADA.id, 2)
    assert shop.cache.versions[ADA.id] == 2


async def test_what_redis_cannot_be_told_is_unavailable_and_still_to_be_announced(shop: Shop) -> None:
    shop.changed_elsewhere(ADA.id, 2)
    shop.cache.down = True
    with pytest.raises(Unavailable) as failed:
        await shop.versions.announce(ADA.id, 2)
    assert failed.value.code == "CHANGE_NOT_ANNOUNCED"
    assert failed.value.retry_after_s
    assert shop.store.rows.announced[ADA.id] == 1


async def test_a_note_that_fails_does_not_take_the_promise_back(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)
    shop.database.down = True
    await shop.versions.announce(ADA.id, 2)
    assert shop.cache.versions[ADA.id] == 2


async def test_the_loop_announces_what_was_not(shop: Shop) -> None:
    shop.cache.versions[ADA.id] = 1
    shop.changed_elsewhere(ADA.id, 2)

    async def announced() -> bool:
        return shop.store.rows.announced[ADA.id] == 2

    stop = asyncio.Event()
    loop = asyncio.create_task(shop.versions.loop(stop))
    await wait_until_async(announced, what="announced", timeout_s=5, poll_s=0.001)
    assert shop.cache.versions[ADA.id] == 2
    stop.set()
    await asyncio.wait_for(loop, 5)


async def test_the_loop_gives_up_for_its_supervisor_while_redis_is_away(shop: Shop) -> None:
    shop.changed_elsewhere(ADA.id, 2)
    shop.cache.down = True
    with pytest.raises(Unavailable):
        await shop.versions.loop(asyncio.Event())
