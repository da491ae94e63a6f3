"""What the schema says is accepted is accepted, and nothing else: the edges that a fuzzer found first."""

import re
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from system.gateway.models.fields import NOT_BLANK, WHOLE, Email
from system.gateway.models.orders import CURSOR
from system.user.domain import RuleBroken, valid_email, valid_name

WHITE = "\t\n \x85\xa0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000"


def accepted(value: str) -> bool:
    try:
        TypeAdapter(Email).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "email",
    [
        "ada@shop.example",
        f"{'a' * 64}@shop.example",
        f"{'a' * 65}@shop.example",
        f"a@{'b' * 63}.example",
        f"a@{'b' * 64}.example",
        "a.b@shop.example",
        "a..b@shop.example",
        ".a@shop.example",
        "a.@shop.example",
        "a@-b.example",
        "a@b-.example",
        "a@example",
        "a@b.c",
        "=@shop.example",
        "a==b@shop.example",
        "a=.b=@shop.example",
        "=?utf-8?q?eve?=@shop.example",
        "a.=?@shop.example",
        "\u212a@shop.example",
    ],
)
def test_the_gateway_and_the_user_service_agree_on_an_address(email: str) -> None:
    try:
        fine = bool(valid_email(email))
    except RuleBroken:
        fine = False
    assert accepted(email) == fine
    schema = TypeAdapter(Email).json_schema()
    patterns = [schema["pattern"], *(other["pattern"] for other in schema["allOf"])]
    assert all(re.search(pattern, email) for pattern in patterns) == fine, "the documentation says the same"


@pytest.mark.parametrize("blank", WHITE)
def test_white_space_alone_is_blank_for_both(blank: str) -> None:
    assert not re.search(NOT_BLANK, blank * 3)
    assert re.search(NOT_BLANK, f"{'' if blank < ' ' or blank == chr(0x85) else blank}x")
    with pytest.raises(RuleBroken):
        valid_name(blank * 3)


@pytest.mark.parametrize(("sent", "read"), [("14131.0", 14131), ("1e3", 1000), ("7", 7)])
def test_an_integer_may_come_in_any_notation(sent: str, read: int) -> None:
    whole = TypeAdapter(Annotated[int, Field(ge=1, le=20_000), WHOLE])
    assert whole.validate_json(sent, strict=True) == read
    assert whole.json_schema() == {"type": "integer", "minimum": 1, "maximum": 20_000}
    for wrong in ("1.5", "true", '"7"', "0.0", "1e300"):
        with pytest.raises(ValidationError):
            whole.validate_json(wrong, strict=True)


def test_a_cursor_has_one_form() -> None:
    assert re.search(CURSOR, "")
    assert re.search(CURSOR, "1795713004310000-0b2a6f0e-7d3e-5b63-9d0c-3f4f1f6a2a51")
    assert not re.search(CURSOR, "MjAyNi0xMS0yMlQxMjowMDowMHww")
