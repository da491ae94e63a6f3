"""The comparison of places that speak of one thing: kinds, limits, values of enums."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.contracts.drift.places import Kind, Place, alike

UPPER = ("max", "max_length", "max_items")
"""Limits that a place where values come in has to state when others do."""


@dataclass(frozen=True)
class Drift:
    """One place that says something else than the others about `what`: a limit, "kind" or "values"."""

    rule: str
    place: str
    what: str
    message: str


def drifts(places: Sequence[Place], bounds: Mapping[str, Mapping[str, int]], holds: Mapping[str, int]) -> Iterator[Drift]:
    """What differs among these places.

    `bounds` are limits of constants, by the constant; `holds` the largest number by column.
    """
    yield from _kinds(places)
    yield from _values(places)
    of_enum = any(place.kind is Kind.ENUM for place in places)
    stated = {**{place.name: place.limits for place in places}, **bounds}
    for limit in sorted({limit for limits in stated.values() for limit in limits}):
        if not (of_enum and limit == "max_length"):
            yield from _limit(limit, stated, places, holds)


def _kinds(places: Sequence[Place]) -> Iterator[Drift]:
    counted = Counter(place.kind for place in places if place.kind is not Kind.LIMIT)
    if not counted:
        return
    usual = max(counted, key=lambda kind: (sum(alike(kind, place.kind) for place in places), counted[kind], kind))
    for place in places:
        if not alike(place.kind, usual):
            yield Drift("kinds-differ", place.name, "kind", f"it is a {place.kind} here and a {usual} elsewhere")


def _values(places: Sequence[Place]) -> Iterator[Drift]:
    sets = {place.name: frozenset(map(str.upper, place.values)) for place in places if place.values}
    if not sets:
        return
    everything = frozenset().union(*sets.values())
    for name, values in sets.items():
        if missing := sorted(everything - values):
            yield Drift("enums-differ", name, "values", f"it does not know {', '.join(missing)}, which others do")
    for place in places:
        longest = max(everything, key=len)
        length = place.limits.get("max_length")
        if place.kind is Kind.TEXT and length is not None and length < len(longest):
            yield Drift("column-too-narrow", place.name, "values", f"{longest} does not fit its {length} characters")


def _limit(
    limit: str, stated: Mapping[str, Mapping[str, int]], places: Sequence[Place], holds: Mapping[str, int]
) -> Iterator[Drift]:
    said = {name: limits[limit] for name, limits in stated.items() if limit in limits}
    counted = Counter(said.values())
    usual = max(counted, key=lambda value: (counted[value], value))
    for name, value in said.items():
        if value != usual:
            narrow = name.startswith("sql:") and value < max(said.values())
            rule = "column-too-narrow" if narrow else "limits-differ"
            yield Drift(rule, name, limit, f"{limit} is {value} here and {usual} elsewhere")
    if limit in UPPER:
        for place in places:
            if place.must and limit not in place.limits:
                told = f"it comes in without {limit}, which is {usual} elsewhere"
                yield Drift("limit-missing", place.name, limit, told)
    if limit == "max":
        for name, most in holds.items():
            if most < max(said.values()):
                yield Drift("column-too-narrow", name, limit, f"it holds up to {most}, and {max(said.values())} is allowed")
