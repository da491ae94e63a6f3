"""Idempotence: answers to requests under one key never contradict each other.

An answer may state fewer facts than another ("accepted, not decided"); facts that both state must be equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Told:
    """The facts that one answer, or a stored row (`operation` None), states about a key."""

    key: str
    facts: Mapping[str, JsonValue]
    operation: int | None = None


def consistent(told: Iterable[Told], *, kind: str = "key") -> Finding:
    """Judge every key: no two answers differ in a fact that both state. One violation per key and fact."""
    first: dict[str, dict[str, Told]] = {}
    broken: set[tuple[str, str]] = set()
    violations = []
    for each in told:
        known = first.setdefault(each.key, {})
        for name, value in each.facts.items():
            before = known.setdefault(name, each)
            if before.facts[name] == value or (each.key, name) in broken:
                continue
            broken.add((each.key, name))
            violations.append(
                Violation(
                    what=f"{kind} {each.key} stands for two answers: {name} is {before.facts[name]} and {value}",
                    operations=tuple(one.operation for one in (before, each) if one.operation is not None),
                    facts={"key": each.key, "fact": name, "first": before.facts[name], "then": value},
                )
            )
    return Finding(judged=len(first), violations=tuple(violations))
