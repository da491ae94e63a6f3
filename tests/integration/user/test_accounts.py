"""Accounts over gRPC and MySQL: one per address, and bad input changes nothing and is never an error of ours."""

import asyncio
import uuid

import pytest
from shop.user.v1 import user_pb2

from system.common.errors import AlreadyExists, InvalidArgument, NotFound, PermissionDenied, ShopError, Unauthenticated
from system.user.tables import metadata
from tests.integration.user.alone import PASSWORD, Alone, Login, outcome, refusal

NOBODY = "00000000-0000-4000-8000-000000000000"


def registration(**changes: str) -> user_pb2.RegisterRequest:
    fields = {"email": f"{uuid.uuid4().hex}@shop.example", "password": PASSWORD, "name": "Ada"} | changes
    return user_pb2.RegisterRequest(**fields)


async def test_what_is_registered_is_found_again(alone: Alone) -> None:
    request = registration(name=" Zoë 👩\u200d🚀 ")
    request.email = request.email.upper()
    made = (await alone.stubs[0].Register(request)).user
    assert (made.email, made.name, made.version) == (request.email.lower(), "Zoë 👩\u200d🚀", 1)
    assert made.role == user_pb2.ROLE_USER
    assert made.created_at.seconds > 0
    assert (await alone.stubs[1].GetUser(user_pb2.GetUserRequest(user_id=made.id))).user == made


async def test_one_address_one_account_however_many_ask_at_once(alone: Alone) -> None:
    request = registration()
    answers = await asyncio.gather(*(outcome(alone.stubs[i % 2].Register(request)) for i in range(8)))
    assert sum(answer is None for answer in answers) == 1
    assert {type(answer) for answer in answers if answer} == {AlreadyExists}
    assert len(alone.rows("SELECT id FROM users WHERE email = %s", request.email)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": "ädä@shop.example"}, "email"),
        ({"email": f"{'a' * 250}@shop.example"}, "email"),
        ({"email": "a@b.de\0"}, "email"),
        ({"password": "1234567"}, "password"),
        ({"password": "p" * 129}, "password"),
        ({"name": " "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
    ],
)
async def test_bad_input_is_named(alone: Alone, changes: dict[str, str], field: str) -> None:
    error = await outcome(alone.stubs[0].Register(registration(**changes)))
    assert type(error) is InvalidArgument
    assert error.metadata == {"field": field}


@pytest.mark.parametrize(
    ("email", "password"),
    [(None, "wrong horse"), ("nobody@shop.example", PASSWORD), ("ädä@shop.example", PASSWORD), ("", ""), (None, "p" * 100_000)],
)
async def test_a_login_never_says_what_was_wrong(alone: Alone, ada: Login, email: str | None, password: str) -> None:
    request = user_pb2.LoginRequest(email=ada.user.email if email is None else email, password=password)
    assert await refusal(alone.stubs[0].Login(request), Unauthenticated) == "WRONG_CREDENTIALS"


@pytest.mark.parametrize(
    ("user_id", "kind"), [(NOBODY, NotFound), ("", InvalidArgument), ("x", InvalidArgument), ("ü" * 36, InvalidArgument)]
)
async def test_an_id_nobody_has(alone: Alone, user_id: str, kind: type[ShopError]) -> None:
    role = user_pb2.ROLE_ADMIN
    for call in (
        alone.stubs[0].GetUser(user_pb2.GetUserRequest(user_id=user_id)),
        alone.stubs[0].ChangeRole(user_pb2.ChangeRoleRequest(user_id=user_id, role=role)),
        alone.stubs[0].UpdateProfile(user_pb2.UpdateProfileRequest(user_id=user_id, name="Eve")),
    ):
        await refusal(call, kind)


async def test_a_profile_is_changed_with_the_password_in_force(alone: Alone, ada: Login) -> None:
    email = f"{uuid.uuid4().hex}@Shop.Example"
    request = user_pb2.UpdateProfileRequest(user_id=ada.user.id, name=" Countess ", email=email, password="battery staple")
    assert await refusal(alone.stubs[0].UpdateProfile(request), InvalidArgument) == "PASSWORD_NEEDED"
    request.current_password = "wrong horse"
    assert await refusal(alone.stubs[0].UpdateProfile(request), PermissionDenied) == "WRONG_PASSWORD"
    request.current_password = PASSWORD
    changed = (await alone.stubs[0].UpdateProfile(request)).user
    assert (changed.name, changed.email, changed.version) == ("Countess", email.lower(), 2)
    assert (await alone.login(changed, "battery staple")).user == changed
    old = user_pb2.LoginRequest(email=ada.user.email, password=PASSWORD)
    assert await refusal(alone.stubs[0].Login(old), Unauthenticated) == "WRONG_CREDENTIALS"


async def test_a_taken_address_is_refused_and_nothing_changes(alone: Alone, ada: Login) -> None:
    other = await alone.register()
    request = user_pb2.UpdateProfileRequest(
        user_id=ada.user.id, name="Eve", email=other.email.upper(), current_password=PASSWORD
    )
    assert await refusal(alone.stubs[0].UpdateProfile(request), AlreadyExists) == "EMAIL_TAKEN"
    assert (await alone.stubs[0].GetUser(user_pb2.GetUserRequest(user_id=ada.user.id))).user == ada.user


async def test_a_role_has_to_be_said(alone: Alone, ada: Login) -> None:
    await refusal(alone.stubs[0].ChangeRole(user_pb2.ChangeRoleRequest(user_id=ada.user.id)), InvalidArgument)


async def test_changes_at_one_time_take_turns(alone: Alone, ada: Login) -> None:
    changed = await asyncio.gather(*(alone.rename(ada.user, 1 + i % 2) for i in range(8)))
    assert sorted(user.version for user in changed) == list(range(2, 10))
    assert await alone.cached(ada.user.id) == 9


async def test_the_first_admin_is_there_once_however_many_instances_start(alone: Alone) -> None:
    assert alone.rows("SELECT role, version FROM users WHERE email = 'admin@shop.example'") == [{"role": "ADMIN", "version": 1}]
    request = user_pb2.LoginRequest(email="admin@shop.example", password=alone.stack.secret("admin"))
    assert (await alone.stubs[1].Login(request)).user.role == user_pb2.ROLE_ADMIN


async def test_the_first_admin_does_not_come_back_after_its_address_changed(alone: Alone) -> None:
    [before] = alone.rows("SELECT id FROM users WHERE email = 'admin@shop.example'")
    alone.rows("UPDATE users SET email = 'moved@shop.example' WHERE id = %s", before["id"])
    try:
        await asyncio.to_thread(alone.stack.restart, "user-2")
        assert not alone.rows("SELECT id FROM users WHERE email = 'admin@shop.example'")
    finally:
        alone.rows("UPDATE users SET email = 'admin@shop.example' WHERE id = %s", before["id"])


async def test_admins_who_step_down_at_one_time_leave_one(alone: Alone) -> None:
    [first] = alone.rows("SELECT id FROM users WHERE email = 'admin@shop.example'")
    alone.rows("UPDATE users SET role = 'USER' WHERE role = 'ADMIN' AND id <> %s", first["id"])
    admins = [first["id"], *[(await alone.promote(await alone.register())).id for _ in range(3)]]
    steps = [
        alone.stubs[number % 2].ChangeRole(user_pb2.ChangeRoleRequest(user_id=admin, role=user_pb2.ROLE_USER))
        for number, admin in enumerate(admins)
    ]
    refused = [each for each in await asyncio.gather(*map(outcome, steps)) if each is not None]
    assert [each.code for each in refused] == ["LAST_ADMIN"]
    [left] = alone.rows("SELECT id FROM users WHERE role = 'ADMIN'")
    alone.rows("UPDATE users SET role = 'ADMIN' WHERE id = %s", first["id"])
    assert left["id"] in admins


def test_the_migrations_make_the_tables_the_store_believes_in(alone: Alone) -> None:
    sql = "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'user'"
    made = {(row["t"], row["c"]) for row in alone.rows(sql) if row["t"] != "alembic_version"}
    assert made == {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}


def test_looking_for_what_is_not_announced_does_not_read_every_user(alone: Alone) -> None:
    [plan] = alone.rows("EXPLAIN SELECT id, version FROM users WHERE unannounced = 1 LIMIT 100")
    assert plan["key"] == "users_unannounced"
