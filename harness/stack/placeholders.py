"""The {placeholders} of services.toml: found for validation, filled when the stack is built."""

import re
from collections.abc import Callable, Collection, Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SECRET = "secret:"  # noqa: S105 - the prefix of a placeholder, not a secret


def placeholders_in(text: str) -> list[str]:
    """Names between braces, in order."""
    return _PLACEHOLDER.findall(text)


def unknown_in(text: str, allowed: Collection[str], *, secrets: bool = False) -> list[str]:
    """Placeholders of `text` that are not `allowed`; with `secrets`, {secret:NAME} is allowed too."""
    found = _PLACEHOLDER.findall(text)
    return [name for name in found if name not in allowed and not (secrets and _is_secret(name))]


def secrets_in(text: str) -> list[str]:
    """Names of the secrets that `text` asks for."""
    return [name.removeprefix(SECRET) for name in _PLACEHOLDER.findall(text) if _is_secret(name)]


def fill(text: str, values: Mapping[str, str], secret: Callable[[str], str] | None = None) -> str:
    """`text` with every placeholder replaced. Raises KeyError for one that has no value."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if secret is not None and _is_secret(name):
            return secret(name.removeprefix(SECRET))
        return values[name]

    return _PLACEHOLDER.sub(value, text)


def _is_secret(name: str) -> bool:
    return name.startswith(SECRET) and len(name) > len(SECRET)
