"""Agreement: two independent sources have the same keys with the same values."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import JsonValue

from harness.verdict import Finding, Violation


def agree(
    ours: Mapping[str, JsonValue],
    theirs: Mapping[str, JsonValue],
    *,
    by: tuple[str, str],
    kind: str = "item",
    operations: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
) -> Finding:
    """Judge every key of either source: both have it, with the same value.

    `by` names the sources in the evidence; `operations` has, by key, the operations that led to it.
    """
    keys = sorted(ours.keys() | theirs.keys())
    violations = tuple(
        Violation(
            what=f"{kind} {key}: {_said(ours, key)} by {by[0]}, {_said(theirs, key)} by {by[1]}",
            operations=operations.get(key, ()),
            facts={"id": key, by[0]: ours.get(key), by[1]: theirs.get(key)},
        )
        for key in keys
        if key not in ours or key not in theirs or ours[key] != theirs[key]
    )
    return Finding(judged=len(keys), violations=violations)


def _said(book: Mapping[str, JsonValue], key: str) -> str:
    return str(book[key]) if key in book else "nothing"
