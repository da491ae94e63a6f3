"""What an account may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.user.domain import (
    ProfileChange,
    Registration,
    RuleBroken,
    valid_email,
    valid_id,
    valid_name,
    valid_password,
)

LONGEST_DOMAIN = ".".join(["d" * 63] * 2 + ["d" * 61])
ID = "6f2d8e0c-4f57-4f0e-9f5e-0f6d0a3f5a11"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ada@shop.example", "ada@shop.example"),
        ("  Ada.Lovelace+x@Shop.EXAMPLE ", "ada.lovelace+x@shop.example"),
        ("o'neil_1-2@mail.co.uk", "o'neil_1-2@mail.co.uk"),
        ("1@2.de", "1@2.de"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        (f"{'a' * 64}@{LONGEST_DOMAIN}"[:254], f"{'a' * 64}@{LONGEST_DOMAIN}"[:254]),
    ],
)
def test_an_address_is_kept_in_lower_case(written: str, kept: str) -> None:
    assert valid_email(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "@shop.example",
        "ada@",
        "ada@localhost",
        "ada@@shop.example",
        "ada lovelace@shop.example",
        ".ada@shop.example",
        "ada.@shop.example",
        "a..da@shop.example",
        "ada@-shop.example",
        "ada@shop-.example",
        "ada@shop..example",
        "ada@shop.example.",
        "ada@[127.0.0.1]",
        '"ada"@shop.example',
        "ada@shop.example\nBcc: all@shop.example",
        "ada\0@shop.example",
        "ädä@shop.example",
        "\u212aim@shop.example",  # the Kelvin sign turns into k when lowered
        f"{'a' * 65}@shop.example",
        f"ada@{'d' * 64}.example",
        f"{'a' * 60}@{'d' * 63}.{'d' * 63}.{'d' * 63}.example",
    ],
)
def test_what_is_not_an_address_is_refused(written: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        valid_email(written)
    assert refused.value.field == "email"


@given(st.emails())
def test_a_normal_address_stays_as_it_is(email: str) -> None:
    try:
        normal = valid_email(email)
    except RuleBroken:
        return
    assert valid_email(normal) == normal == email.lower()


@pytest.mark.parametrize("length", [8, 128])
def test_a_password_is_kept_to_the_letter(length: int) -> None:
    assert valid_password(" " * length) == " " * length


@pytest.mark.parametrize("length", [0, 7, 129])
def test_a_password_has_8_to_128_characters(length: int) -> None:
    with pytest.raises(RuleBroken, match="8 to 128") as refused:
        valid_password("ü" * length)
    assert refused.value.field == "password"


@pytest.mark.parametrize("name", [" Ada ", "A", "李小龍", "👩\u200d🚀", "n" * 100])
def test_a_name_loses_the_space_around_it(name: str) -> None:
    assert valid_name(name) == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "n" * 101, "a\0b", "a\nb", "a\x7fb", "a\x9fb"])
def test_a_name_has_1_to_100_characters_without_controls(name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        valid_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize("written", [ID, ID.upper()])
def test_an_id_is_kept_in_lower_case(written: str) -> None:
    assert valid_id(written) == ID


@pytest.mark.parametrize("written", ["", "1", ID[:-1], ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", "٣" + ID[1:]])
def test_what_is_not_a_uuid_is_refused(written: str) -> None:
    with pytest.raises(RuleBroken):
        valid_id(written)


def test_a_registration_is_checked_as_a_whole() -> None:
    assert Registration.of("ADA@shop.example", "12345678", " Ada ") == Registration("ada@shop.example", "12345678", "Ada")
    with pytest.raises(RuleBroken):
        Registration.of("ada@shop.example", "12345678", "")


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(RuleBroken, match="nothing to change"):
        ProfileChange.of(None, None, None)


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        (ProfileChange.of("Ada", None, None), False),
        (ProfileChange.of(None, "ada@shop.example", None), True),
        (ProfileChange.of(None, None, "12345678"), True),
    ],
)
def test_a_new_address_or_password_needs_the_one_in_force(change: ProfileChange, needed: bool) -> None:
    assert change.needs_password is needed


@pytest.mark.parametrize("change", [("", None, None), (None, "", None), (None, None, "")])
def test_an_empty_value_is_not_the_same_as_none(change: tuple[str | None, str | None, str | None]) -> None:
    with pytest.raises(RuleBroken):
        ProfileChange.of(*change)
