import re

import pytest

from harness.stack.placeholders import PlaceholderError, check, fill, placeholders_in, secrets_in


def test_placeholders_are_filled_and_the_rest_is_left_alone() -> None:
    assert fill("{user}@{address}/{secret:jwt}!", {"user": "u", "address": "a:1"}, lambda name: f"<{name}>") == "u@a:1/<jwt>!"
    with pytest.raises(KeyError):
        fill("{nix}", {"user": "u"})


def test_what_is_filled_in_is_not_read_again() -> None:
    assert fill("{user}", {"user": "{address}", "address": "a"}) == "{address}"


def test_doubled_braces_are_braces() -> None:
    check('{{"user": "{user}"}}', {"user"})
    assert fill('{{"user": "{user}"}}', {"user": "u"}) == '{"user": "u"}'
    assert placeholders_in("{{user}}") == []


def test_placeholders_are_found() -> None:
    text = "{user} {secret:jwt} {secret:} {nix}"
    assert placeholders_in(text) == ["user", "secret:jwt", "secret:", "nix"]
    assert secrets_in(text) == ["jwt"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x {instance", 'the "{" at character 3 is never closed; for a brace as such write "{{"'),
        ("x {instance {user}", 'the "{" at character 3 is never closed'),
        ("x} {user}", 'the "}" at character 2 is never opened; for a brace as such write "}}"'),
        ("{user}}", 'the "}" at character 7 is never opened'),
        ("{{{user}", None),
        ("x{}", "unknown placeholder {} at character 2; known here: user, secret:NAME"),
        ("{secret:}", "unknown placeholder {secret:} at character 1"),
        ("{secret:jwt}", None),
    ],
)
def test_what_cannot_be_filled_is_refused_with_its_place(text: str, problem: str | None) -> None:
    if problem is None:
        check(text, {"user"}, secrets=True)
        return
    with pytest.raises(PlaceholderError, match=re.escape(problem)):
        check(text, {"user"}, secrets=True)


def test_secrets_are_known_only_where_they_are_allowed() -> None:
    with pytest.raises(PlaceholderError, match=r"unknown placeholder \{secret:jwt\} at character 1; known here: user$"):
        check("{secret:jwt}", {"user"})
