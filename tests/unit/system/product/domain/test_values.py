import pytest

from system.product.domain.values import (
    MAX_PRICE_MINOR,
    InvalidValueError,
    Money,
    identifier,
    number,
    optional_identifier,
    price,
    text,
)

UUID = "0b0e6b9e-6c5d-4e4b-9d5f-5f0a0f6f7a10"


def test_a_price_is_kept_as_it_is() -> None:
    assert price(1, "EUR") == Money(1, "EUR")
    assert price(MAX_PRICE_MINOR, "JPY") == Money(MAX_PRICE_MINOR, "JPY")


@pytest.mark.parametrize(
    ("minor_units", "currency"),
    [(0, "EUR"), (-1, "EUR"), (MAX_PRICE_MINOR + 1, "EUR"), (1, "eur"), (1, "EURO"), (1, ""), (1, "EUR\n"), (1, "ÉUR")],
)
def test_other_prices_are_refused(minor_units: int, currency: str) -> None:
    with pytest.raises(InvalidValueError, match=r"price\."):
        price(minor_units, currency)


@pytest.mark.parametrize("value", ["", "x", UUID.upper(), f"{{{UUID}}}", UUID + "\n", UUID.replace("-", ""), "é" * 36])
def test_an_id_is_a_uuid_in_lower_case(value: str) -> None:
    assert identifier(UUID, "id") == UUID
    with pytest.raises(InvalidValueError, match="id must be a UUID"):
        identifier(value, "id")


def test_an_optional_id_may_be_empty_and_nothing_else() -> None:
    assert optional_identifier("", "id") is None
    assert optional_identifier(UUID, "id") == UUID
    with pytest.raises(InvalidValueError):
        optional_identifier("x", "id")


def test_text_loses_the_blanks_around_it_before_it_is_measured() -> None:
    assert text("  a b ", "name", least=1, most=3) == "a b"
    for value in ("   ", "abcd", ""):
        with pytest.raises(InvalidValueError, match="name must have 1 to 3 characters"):
            text(value, "name", least=1, most=3)


def test_text_has_no_control_characters_and_lines_only_where_allowed() -> None:
    assert text("a\nb\tc", "text", least=0, most=9, multiline=True) == "a\nb\tc"
    for value in ("a\x00b", "a\nb", "a\x7fb"):
        with pytest.raises(InvalidValueError, match="control"):
            text(value, "text", least=0, most=9)
    with pytest.raises(InvalidValueError, match="control"):
        text("a\x00b", "text", least=0, most=9, multiline=True)


def test_a_number_lies_within_its_bounds_both_included() -> None:
    assert [number(value, "n", least=1, most=3) for value in (1, 3)] == [1, 3]
    for value in (0, 4):
        with pytest.raises(InvalidValueError, match="n must be from 1 to 3"):
            number(value, "n", least=1, most=3)
