"""The {placeholders} of services.toml: checked when the file is read, filled when the stack is built.

The grammar is that of str.format without conversions: `{name}` is replaced, `{{` and `}}` stand for the braces themselves.
str.format is not used: it reads `{secret:jwt}` as a format, and does not say where in a text it failed.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
SECRET = "secret:"  # noqa: S105 - the prefix of a placeholder, not a secret


class PlaceholderError(ValueError):
    """A text with a placeholder that is not closed, not opened or not known; says at which character (from 1)."""


def placeholders_in(text: str) -> list[str]:
    """Names between braces, in order."""
    return [match[1] for match in _TOKEN.finditer(text) if match[1] is not None]


def check(text: str, allowed: Collection[str], *, secrets: bool = False) -> None:
    """Raises PlaceholderError for the first brace or placeholder of `text` that cannot be filled.

    Known are those `allowed`; with `secrets`, {secret:NAME} too.
    """
    for match in _TOKEN.finditer(text):
        at = f"at character {match.start() + 1}"
        if match[0] in {"{", "}"}:
            missing = "closed" if match[0] == "{" else "opened"
            raise PlaceholderError(f'the "{match[0]}" {at} is never {missing}; for a brace as such write "{match[0] * 2}"')
        name = match[1]
        if name is not None and name not in allowed and not (secrets and _is_secret(name)):
            raise PlaceholderError(f"unknown placeholder {{{name}}} {at}; known here: {', '.join(_known(allowed, secrets))}")


def secrets_in(text: str) -> list[str]:
    """Names of the secrets that `text` asks for."""
    return [name.removeprefix(SECRET) for name in placeholders_in(text) if _is_secret(name)]


def fill(text: str, values: Mapping[str, str], secret: Callable[[str], str] | None = None) -> str:
    """`text` with every placeholder replaced. Raises KeyError for one that has no value."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        if secret is not None and _is_secret(name):
            return secret(name.removeprefix(SECRET))
        return values[name]

    return _TOKEN.sub(value, text)


def _known(allowed: Collection[str], secrets: bool) -> Iterator[str]:
    yield from sorted(allowed)
    if secrets:
        yield f"{SECRET}NAME"


def _is_secret(name: str) -> bool:
    return name.startswith(SECRET) and len(name) > len(SECRET)
