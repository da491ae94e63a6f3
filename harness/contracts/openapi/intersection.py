"""The shape of values that are of two shapes at once: what allOf means, and keywords beside a $ref or anyOf."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from harness.contracts.openapi.shapes import INTEGER, NUMBER, Nodes, Shape

T = TypeVar("T")


def both(first: Iterable[Shape], second: Iterable[Shape]) -> tuple[Shape, ...]:
    """Every alternative of one with every alternative of the other, where they have values in common."""
    others = tuple(second)
    found = (_one(left, right) for left in first for right in others)
    unique: dict[int, Shape] = {}
    for shape in found:
        if shape is not None and shape not in unique.values():
            unique[len(unique)] = shape
    return tuple(unique.values())


def _one(left: Shape, right: Shape) -> Shape | None:
    types = {left.type, right.type}
    if len(types) > 1 and types != {INTEGER, NUMBER}:
        return None
    enum = left.enum if right.enum is None else right.enum if left.enum is None else left.enum & right.enum
    if enum is not None and not enum:
        return None
    return Shape(
        type=left.type if len(types) == 1 else INTEGER,
        name=left.name or right.name,
        enum=enum,
        upper=_merged(left.upper, right.upper, min),
        lower=_merged(left.lower, right.lower, max),
        patterns=left.patterns | right.patterns,
        formats=left.formats | right.formats,
        multiples=left.multiples | right.multiples,
        unique=left.unique or right.unique,
        items=joined(left.items, right.items),
        properties={
            name: joined(left.properties.get(name, left.additional), right.properties.get(name, right.additional))
            for name in {**left.properties, **right.properties}
        },
        required=left.required | right.required,
        additional=joined(left.additional, right.additional),
        others=_merged(left.others, right.others, frozenset.union),
    )


def merged(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
    """Alternatives that differ in `required` alone as one: `anyOf` is often used to demand one of several properties."""
    found: list[tuple[Shape, list[frozenset[str]]]] = []
    for shape in shapes:
        rest = replace(shape, required=frozenset())
        alike = next((sets for other, sets in found if other == rest), None)
        if alike is None:
            found.append((rest, [shape.required]))
        else:
            alike.append(shape.required)
    return tuple(_demanding(shape, sets) for shape, sets in found)


def _demanding(shape: Shape, sets: list[frozenset[str]]) -> Shape:
    always = frozenset.intersection(*sets)
    groups = frozenset(each - always for each in sets)
    return replace(shape, required=always, groups=frozenset() if frozenset() in groups else groups)


def joined(left: Nodes, right: Nodes) -> Nodes:
    """Schemas of both, each once."""
    return tuple({id(node): node for node in (*left, *right)}.values())


def _merged(left: Mapping[str, T], right: Mapping[str, T], choose: Callable[[T, T], T]) -> dict[str, T]:
    found = dict(left)
    for key, value in right.items():
        found[key] = choose(found[key], value) if key in found else value
    return found
