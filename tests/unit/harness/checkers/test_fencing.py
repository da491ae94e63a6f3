"""Tokens never fall in the ledger of what they protect."""

from harness.checkers import FencedWrite, never_overtaken


def writes(*tokens: int | None, resource: str = "r") -> list[FencedWrite]:
    return [FencedWrite(resource, token, f"entry {number}", (number,)) for number, token in enumerate(tokens, 1)]


def test_tokens_that_rise_or_stay_are_fine() -> None:
    finding = never_overtaken(writes(1, 1, 4, 9))
    assert (finding.judged, finding.violations) == (4, ())


def test_a_token_that_falls_is_a_write_of_somebody_overtaken() -> None:
    (violation,) = never_overtaken(writes(1, 5, 4, 5)).violations
    assert violation.what == "r: entry 3 was written under token 4 after entry 2 had been written under token 5"
    assert violation.operations == (3,)


def test_all_that_fell_are_reported_against_the_highest_before() -> None:
    found = never_overtaken(writes(9, 3, 4)).violations
    assert [violation.facts["token"] for violation in found] == [3, 4]


def test_a_write_without_a_token_is_a_breach() -> None:
    (violation,) = never_overtaken(writes(1, None, 2)).violations
    assert "under no token" in violation.what


def test_each_resource_has_tokens_of_its_own() -> None:
    assert not never_overtaken(writes(7) + writes(2, resource="s")).violations
