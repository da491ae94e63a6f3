"""Compares two schemas: what clients send must stay within what is accepted, what they get within what they were told.

The walk goes through references, alternatives, items and properties of both documents side by side. A pair of schemas that is
being compared already (recursion) or was found equal before is not entered again.
"""

from collections.abc import Iterator, Sequence

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi import objects
from harness.contracts.openapi.canonical import Canonical
from harness.contracts.openapi.place import ITEMS, Place
from harness.contracts.openapi.registry import Direction, aspect
from harness.contracts.openapi.shapes import INTEGER, NULL, NUMBER, Nodes, Schema, Shape
from harness.contracts.openapi.values import VALUE_RULES

_TYPE_CHANGED = aspect("type-changed", request="Values of another type are expected.", response="Values have another type.")
_TYPE_NARROWED = aspect("type-narrowed", request="Values of a type that was accepted are refused.")
_TYPE_WIDENED = aspect("type-widened", response="Clients get values of a type that they were not told of.")
_NOT_NULLABLE = aspect("became-not-nullable", request="null is refused where it was accepted.")
_NULLABLE = aspect("became-nullable", response="Clients get null where they were told that there is none.")
_ALTERNATIVE_REMOVED = aspect("alternative-removed", request="One of the alternatives (oneOf, anyOf) is no longer accepted.")
_ALTERNATIVE_ADDED = aspect(
    "alternative-added", response="Clients get an alternative (oneOf, anyOf) that they were not told of."
)
_DEFAULT_CHANGED = aspect("default-value-changed", request="What a client leaves out now means something else.")
_DEFAULT_REMOVED = aspect(
    "default-value-removed", request="What a client leaves out has no documented value any more.", level=Level.WARN
)
_DISCRIMINATOR = aspect(
    "discriminator-changed",
    request="Another property tells the alternatives apart.",
    response="Another property tells the alternatives apart.",
)
_TAG_REMOVED = aspect("discriminator-value-removed", request="A value of the discriminator is no longer accepted.")


class Comparison:
    """Of the schemas of two documents."""

    def __init__(self, old: Canonical, new: Canonical) -> None:
        self.old, self.new = old, new
        self._open: set[tuple[object, ...]] = set()
        self._assumed: set[tuple[object, ...]] = set()
        self._equal: set[tuple[object, ...]] = set()

    def schemas(self, old: Nodes, new: Nodes, place: Place) -> Iterator[Finding]:
        """What a change of a schema means at a place."""
        key = (self.old.key(old), self.new.key(new), place.direction)
        if key in self._open:
            self._assumed.add(key)
            return
        if key in self._equal:
            return
        self._open.add(key)
        try:
            found = list(self._compared(self.old.schema(old), self.new.schema(new), place))
        finally:
            self._open.remove(key)
        self._assumed.discard(key)
        if not found and not self._assumed:  # else it is equal only if those around it are
            self._equal.add(key)
        yield from found

    def _compared(self, old: Schema, new: Schema, place: Place) -> Iterator[Finding]:
        yield from _beside(old, new, place)
        accepts_anything = new.free if place.direction is Direction.REQUEST else old.free
        if not accepts_anything:
            yield from _types(old, new, place)
            for family in sorted({_family(shape) for shape in old.shapes} & {_family(shape) for shape in new.shapes}):
                yield from self._alternatives(_of(old, family), _of(new, family), place)

    def _alternatives(self, old: Sequence[Shape], new: Sequence[Shape], place: Place) -> Iterator[Finding]:
        """Those of one type: what fits into any other does not hurt; the rest is compared with its namesake, or is gone."""
        if len(old) == len(new) == 1:
            yield from self._shapes(old[0], new[0], place)
            return
        fits = [(was, now) for was in old for now in new if self._fits(was, now, place)]
        lost = [was for was in old if not any(was is fitting for fitting, _ in fits)]
        gained = [now for now in new if not any(now is fitted for _, fitted in fits)]
        for was in list(lost):
            alone = len(lost) == len(gained) == 1
            namesake = next((now for now in gained if _namesakes(was, now, alone=alone)), None)
            if namesake is not None:
                lost = [each for each in lost if each is not was]
                gained = [each for each in gained if each is not namesake]
                yield from self._shapes(was, namesake, place.at(f"({was.name or was.type})"))
        for shape in lost:
            yield from place.seen(_ALTERNATIVE_REMOVED, shape.name or shape.type)
        for shape in gained:
            yield from place.seen(_ALTERNATIVE_ADDED, shape.name or shape.type)

    def _fits(self, old: Shape, new: Shape, place: Place) -> bool:
        return all(found.level is Level.INFO for found in self._shapes(old, new, place))

    def _shapes(self, old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
        for rule in VALUE_RULES:
            yield from rule(old, new, place)
        yield from self.schemas(old.items, new.items, place.at(ITEMS))
        yield from objects.compared(self, old, new, place)


def _namesakes(old: Shape, new: Shape, *, alone: bool) -> bool:
    """Whether two alternatives are one; without names they are when no others are left."""
    return old.name == new.name if old.name and new.name else alone


def _beside(old: Schema, new: Schema, place: Place) -> Iterator[Finding]:
    """What a schema says beside what it accepts."""
    if old.default is not None and old.default != new.default:
        changed = f"{old.default} became {new.default or 'none'}"
        yield from place.seen(_DEFAULT_REMOVED if new.default is None else _DEFAULT_CHANGED, changed)
    if old.discriminator and new.discriminator:
        if old.discriminator.property != new.discriminator.property:
            yield from place.seen(_DISCRIMINATOR, f"{old.discriminator.property} became {new.discriminator.property}")
        elif gone := old.discriminator.values - new.discriminator.values:
            yield from place.seen(_TAG_REMOVED, ", ".join(sorted(gone)))


def _types(old: Schema, new: Schema, place: Place) -> Iterator[Finding]:
    before, after = {shape.type for shape in old.shapes}, {shape.type for shape in new.shapes}
    lost = {each for each in before - after if not (each == INTEGER and NUMBER in after)}
    gained = {each for each in after - before if not (each == INTEGER and NUMBER in before)}
    detail = f"{_said(before)} became {_said(after)}"
    if lost | gained == {NULL}:
        yield from place.seen(_NULLABLE if gained else _NOT_NULLABLE, detail)
    elif lost and gained:
        yield from place.seen(_TYPE_CHANGED, detail)
    elif lost:
        yield from place.seen(_TYPE_NARROWED, detail)
    elif gained:
        yield from place.seen(_TYPE_WIDENED, detail)


def _said(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "nothing"


def _family(shape: Shape) -> str:
    """Integers and other numbers are compared with each other."""
    return NUMBER if shape.type == INTEGER else shape.type


def _of(schema: Schema, family: str) -> list[Shape]:
    return [shape for shape in schema.shapes if _family(shape) == family]
