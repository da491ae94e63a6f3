"""Accounts: made once per address, changed by those who may, and no change acknowledged that is not known everywhere."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from system.common.errors import (
    AlreadyExists,
    Conflict,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ShopError,
    Stale,
    Unavailable,
)
from system.user.domain import Account, Registration, Role, User
from system.user.handlers import Accounts
from system.user.passwords import Passwords
from tests.unit.system.user.fakes import Shop

T = TypeVar("T")
PASSWORD = "correct horse"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def ada(shop: Shop) -> User:
    return await shop.accounts.register("Ada@shop.example", PASSWORD, " Ada ")


async def stands(shop: Shop, user: User) -> bool:
    """Whether tokens of the version that `user` has here are still accepted."""
    try:
        await shop.versions.require_current(user.id, user.version)
    except ShopError:
        return False
    return True


async def test_a_new_account_is_a_customer(ada: User) -> None:
    assert (ada.email, ada.name, ada.role, ada.version) == ("ada@shop.example", "Ada", Role.USER, 1)


async def test_only_the_hash_of_a_password_is_kept(shop: Shop, ada: User) -> None:
    kept = shop.store.rows.accounts[ada.id].password_hash
    assert PASSWORD not in kept
    assert await shop.passwords.match(PASSWORD, kept)


async def test_an_address_has_one_account(shop: Shop, ada: User) -> None:
    with pytest.raises(AlreadyExists):
        await shop.accounts.register("ADA@SHOP.example", "another password", "Eve")
    assert len(shop.store.rows.accounts) == 1


@pytest.mark.parametrize(
    ("email", "password", "name", "field"),
    [("ada", PASSWORD, "Ada", "email"), ("a@b.de", "short", "Ada", "password"), ("a@b.de", PASSWORD, " ", "name")],
)
async def test_bad_input_is_named_and_changes_nothing(shop: Shop, email: str, password: str, name: str, field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await shop.accounts.register(email, password, name)
    assert refused.value.metadata == {"field": field}
    assert shop.database.transactions == 0


async def test_an_account_is_read_by_its_id(shop: Shop, ada: User) -> None:
    assert await shop.accounts.get(ada.id.upper()) == ada
    with pytest.raises(NotFound):
        await shop.accounts.get(NOBODY)
    with pytest.raises(InvalidArgument):
        await shop.accounts.get("1 OR 1=1")


async def test_a_name_is_changed_without_a_password(shop: Shop, ada: User) -> None:
    changed = await shop.accounts.update_profile(ada.id, "Countess", None, None, None)
    assert changed == replace(ada, name="Countess", version=2)
    assert await shop.accounts.get(ada.id) == changed


async def test_address_and_password_are_changed_with_the_password_in_force(shop: Shop, ada: User) -> None:
    changed = await shop.accounts.update_profile(ada.id, None, "New@shop.example", "battery staple", PASSWORD)
    assert changed == replace(ada, email="new@shop.example", version=2)
    assert await shop.passwords.match("battery staple", shop.store.rows.accounts[ada.id].password_hash)


@pytest.mark.parametrize(("email", "password"), [("new@shop.example", None), (None, "battery staple")])
@pytest.mark.parametrize(
    ("current", "error"), [(None, InvalidArgument), ("wrong horse", PermissionDenied), ("", PermissionDenied)]
)
async def test_without_the_password_in_force_nothing_changes(
    shop: Shop, ada: User, email: str | None, password: str | None, current: str | None, error: type[ShopError]
) -> None:
    before = shop.store.rows.accounts[ada.id]
    with pytest.raises(error):
        await shop.accounts.update_profile(ada.id, "Eve", email, password, current)
    assert shop.store.rows.accounts[ada.id] == before


async def test_a_taken_address_is_refused_and_nothing_changes(shop: Shop, ada: User) -> None:
    await shop.accounts.register("eve@shop.example", PASSWORD, "Eve")
    with pytest.raises(AlreadyExists):
        await shop.accounts.update_profile(ada.id, "Eve", "eve@shop.example", None, PASSWORD)
    assert await shop.accounts.get(ada.id) == ada
    assert await stands(shop, ada)


async def test_a_password_proven_but_changed_meanwhile_proves_nothing(shop: Shop, ada: User) -> None:
    async def compare_and_be_overtaken(work: Callable[[], T]) -> T:
        done = work()
        shop.put(Account(ada, "the hash of another password"))
        return done

    passwords = Passwords(shop.settings, in_thread=compare_and_be_overtaken)
    accounts = Accounts(shop.database, shop.store, passwords, shop.versions)
    with pytest.raises(Conflict):
        await accounts.update_profile(ada.id, None, "eve@shop.example", None, PASSWORD)
    assert await shop.accounts.get(ada.id) == ada


async def test_nobody_cannot_be_changed(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.accounts.change_role(NOBODY, Role.ADMIN)
    with pytest.raises(NotFound):
        await shop.accounts.update_profile(NOBODY, "Eve", None, None, None)
    with pytest.raises(NotFound):
        await shop.accounts.update_profile(NOBODY, None, None, PASSWORD, PASSWORD)


async def test_every_change_outdates_the_version_before_it(shop: Shop, ada: User) -> None:
    assert await stands(shop, ada)
    renamed = await shop.accounts.update_profile(ada.id, "Countess", None, None, None)
    assert [await stands(shop, user) for user in (ada, renamed)] == [False, True]
    promoted = await shop.accounts.change_role(ada.id, Role.ADMIN)
    assert (promoted.role, promoted.version) == (Role.ADMIN, 3)
    assert [await stands(shop, user) for user in (ada, renamed, promoted)] == [False, False, True]


async def test_the_same_role_again_is_made_known_too(shop: Shop, ada: User) -> None:
    """A change that was made but not acknowledged is asked for again: the answer must not come before the announcement."""
    shop.cache.versions[ada.id] = 1
    shop.cache.down = True
    with pytest.raises(Unavailable):
        await shop.accounts.change_role(ada.id, Role.ADMIN)
    shop.cache.down = False
    await shop.accounts.change_role(ada.id, Role.ADMIN)
    assert shop.cache.versions[ada.id] == 2


async def test_what_is_so_already_is_no_change(shop: Shop, ada: User) -> None:
    for again in (
        await shop.accounts.change_role(ada.id, Role.USER),
        await shop.accounts.update_profile(ada.id, f" {ada.name} ", ada.email.upper(), None, PASSWORD),
    ):
        assert again == ada
    assert await stands(shop, ada)


async def test_all_sessions_end_without_a_change(shop: Shop, ada: User) -> None:
    await shop.accounts.end_all_sessions(ada.id)
    assert not await stands(shop, ada)
    assert (await shop.accounts.get(ada.id)) == replace(ada, version=2)


async def test_the_last_admin_stays_one(shop: Shop, ada: User) -> None:
    await shop.accounts.ensure_admin(Registration.of("admin@shop.example", PASSWORD, "Admin"))
    first = next(a.user for a in shop.store.rows.accounts.values() if a.user.role is Role.ADMIN)
    with pytest.raises(Conflict) as refused:
        await shop.accounts.change_role(first.id, Role.USER)
    assert refused.value.code == "LAST_ADMIN"
    await shop.accounts.change_role(ada.id, Role.ADMIN)
    assert (await shop.accounts.change_role(first.id, Role.USER)).role is Role.USER
    with pytest.raises(Conflict):
        await shop.accounts.change_role(ada.id, Role.USER)


async def test_a_change_redis_cannot_be_told_of_is_made_but_not_acknowledged(shop: Shop, ada: User) -> None:
    shop.cache.down = True
    with pytest.raises(Unavailable):
        await shop.accounts.update_profile(ada.id, "Countess", None, None, None)
    assert shop.store.rows.accounts[ada.id].user.version == 2
    assert await shop.store.unannounced(None, 10) == [(ada.id, 2)]  # type: ignore[arg-type]  # the fake needs no transaction


async def test_a_change_that_mysql_did_not_take_is_not_announced(shop: Shop, ada: User) -> None:
    shop.cache.versions[ada.id] = 1
    shop.database.down = True
    with pytest.raises(Unavailable):
        await shop.accounts.change_role(ada.id, Role.ADMIN)
    assert shop.cache.versions[ada.id] == 1


async def test_the_first_admin_is_made_once(shop: Shop) -> None:
    admin = Registration.of("admin@shop.example", PASSWORD, "Admin")
    await asyncio.gather(*(shop.accounts.ensure_admin(admin) for _ in range(3)))
    [account] = shop.store.rows.accounts.values()
    assert account.user.role is Role.ADMIN
    await shop.accounts.ensure_admin(Registration.of("admin@shop.example", "another password", "Admin"))
    assert await shop.passwords.match(PASSWORD, shop.store.rows.accounts[account.user.id].password_hash)


async def test_the_first_admin_does_not_come_back_after_its_address_changed(shop: Shop) -> None:
    admin = Registration.of("admin@shop.example", PASSWORD, "Admin")
    await shop.accounts.ensure_admin(admin)
    [account] = shop.store.rows.accounts.values()
    await shop.accounts.update_profile(account.user.id, None, "root@shop.example", "another password", PASSWORD)
    await shop.accounts.ensure_admin(admin)
    assert [each.user.email for each in shop.store.rows.accounts.values()] == ["root@shop.example"]


async def test_a_change_of_what_was_read_meets_nothing_else(shop: Shop, ada: User) -> None:
    with pytest.raises(Stale):
        await shop.accounts.update_profile(ada.id, "Countess", None, None, None, if_match=["0", ""])
    with pytest.raises(Stale):
        await shop.accounts.change_role(ada.id, Role.ADMIN, if_match=["2"])
    assert (await shop.accounts.get(ada.id)) == ada
    assert (await shop.accounts.update_profile(ada.id, "Countess", None, None, None, if_match=["0", "1"])).version == 2
    assert (await shop.accounts.change_role(ada.id, Role.ADMIN, if_match=["2"])).version == 3
