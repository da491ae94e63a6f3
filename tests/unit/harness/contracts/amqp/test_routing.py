"""Which topic patterns carry everything that another carries: by example, and against every key of a small alphabet."""

import functools
import itertools

import pytest

from harness.contracts.amqp.routing import covers

PATTERNS = [words for size in (1, 2, 3) for words in itertools.product("ab*#", repeat=size)]
KEYS = [words for size in (1, 2, 3, 4) for words in itertools.product("abc", repeat=size)]


@functools.cache
def carries(pattern: tuple[str, ...], key: tuple[str, ...]) -> bool:
    """Whether a pattern matches a key: AMQP's definition, word by word."""
    if not pattern:
        return not key
    if pattern[0] == "#":
        return any(carries(pattern[1:], key[skipped:]) for skipped in range(len(key) + 1))
    return bool(key) and pattern[0] in ("*", key[0]) and carries(pattern[1:], key[1:])


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("#", "order.paid", True),
        ("order.*", "order.paid", True),
        ("order.*", "order.paid.eu", False),
        ("order.#", "order", True),
        ("order.*", "order.#", False),
        ("*.paid", "order.paid", True),
        ("order.paid", "order.*", False),
        ("#.paid", "a.b.paid", True),
    ],
)
def test_patterns(wide: str, narrow: str, expected: bool) -> None:
    assert covers("topic", wide, narrow) is expected


def test_a_pattern_that_covers_another_matches_all_its_keys() -> None:
    keys = {pattern: {key for key in KEYS if carries(pattern, key)} for pattern in PATTERNS}
    for wide, narrow in itertools.product(PATTERNS, [pattern for pattern in PATTERNS if len(pattern) < 3]):
        covered, within = covers("topic", ".".join(wide), ".".join(narrow)), keys[narrow] <= keys[wide]
        # With `#` on both sides it may say no where yes is true (`#.*` and `*.#`): a finding too many, never one too few.
        assert covered == within if "#" not in narrow else not covered or within, (wide, narrow)


def test_only_topics_have_patterns() -> None:
    assert not covers("direct", "order.*", "order.paid")
    assert covers("fanout", "anything", "order.paid")
