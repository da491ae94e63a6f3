import pytest

from harness.stack.placeholders import fill, placeholders_in, secrets_in, unknown_in


def test_placeholders_are_filled_and_the_rest_is_left_alone() -> None:
    assert fill("{user}@{address}/{secret:jwt}!", {"user": "u", "address": "a:1"}, lambda name: f"<{name}>") == "u@a:1/<jwt>!"
    with pytest.raises(KeyError):
        fill("{nix}", {"user": "u"})


def test_what_is_filled_in_is_not_read_again() -> None:
    assert fill("{user}", {"user": "{address}", "address": "a"}) == "{address}"


def test_placeholders_are_found() -> None:
    text = "{user} {secret:jwt} {secret:} {nix}"
    assert placeholders_in(text) == ["user", "secret:jwt", "secret:", "nix"]
    assert secrets_in(text) == ["jwt"]
    assert unknown_in(text, {"user"}, secrets=True) == ["secret:", "nix"]
    assert unknown_in(text, {"user"}) == ["secret:jwt", "secret:", "nix"]
