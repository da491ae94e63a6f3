"""Rules about single values: what clients send must stay accepted, what they get must stay within what they were told.

So a limit that is tightened hurts in a request, one that is loosened in a response.
"""

from collections.abc import Callable, Iterator

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.registry import Direction, aspect
from harness.contracts.openapi.shapes import Bound, Shape

ValueRule = Callable[[Shape, Shape, Place], Iterator[Finding]]

_UPPER = {"maximum": "max", "maxLength": "max-length", "maxItems": "max-items", "maxProperties": "max-properties"}
_LOWER = {"minimum": "min", "minLength": "min-length", "minItems": "min-items", "minProperties": "min-properties"}
for _keyword, _name in _UPPER.items():
    aspect(f"{_name}-decreased", request=f"{_keyword} is lower, or new: larger values that were accepted are refused.")
    aspect(f"{_name}-increased", response=f"{_keyword} is higher, or gone: clients get larger values than they were told of.")
for _keyword, _name in _LOWER.items():
    aspect(f"{_name}-increased", request=f"{_keyword} is higher, or new: smaller values that were accepted are refused.")
    aspect(f"{_name}-decreased", response=f"{_keyword} is lower, or gone: clients get smaller values than they were told of.")

_ENUM_REMOVED = aspect("enum-value-removed", request="A value that was accepted is refused.")
_BECAME_ENUM = aspect("became-enum", request="Only listed values are accepted where any was.")
_ENUM_ADDED = aspect("enum-value-added", response="Clients get a value that they were not told of.")
_ENUM_OPENED = aspect("enum-opened", response="Clients get any value where they were told a list.")
_PATTERN_ADDED = aspect("pattern-added", request="Values must match a pattern that they did not have to.")
_PATTERN_CHANGED = aspect(
    "pattern-changed",
    request="Values must match another pattern; whether it accepts all that the old one did is not decided here.",
    response="Values match another pattern than clients were told of.",
    response_level=Level.WARN,
)
_PATTERN_REMOVED = aspect(
    "pattern-removed", response="Values no longer match the pattern clients were told of.", level=Level.WARN
)
_FORMAT_ADDED = aspect("format-added", request="Values must have a format that they did not have to.", level=Level.WARN)
_FORMAT_CHANGED = aspect("format-changed", request="Values must have another format.", response="Values have another format.")
_FORMAT_REMOVED = aspect("format-removed", response="Values no longer have the format clients were told of.", level=Level.WARN)
_MULTIPLE_ADDED = aspect("multiple-of-added", request="Values must be multiples of a number that they did not have to be.")
_MULTIPLE_REMOVED = aspect(
    "multiple-of-removed", response="Values are no longer multiples as clients were told.", level=Level.WARN
)
_UNIQUE_ADDED = aspect("unique-items-added", request="Items must differ, which they did not have to.")
_UNIQUE_REMOVED = aspect("unique-items-removed", response="Items may be repeated, which they were not.", level=Level.WARN)
_OTHER = aspect(
    "constraint-changed",
    request="A keyword changed that no rule can order, so it may refuse what was accepted.",
    response="A keyword changed that no rule can order, so clients may get what they were not told of.",
    response_level=Level.WARN,
)

_WIDER_FORMATS = {("int32", "int64"), ("float", "double")}
"""(narrow, wide): all values of the first are values of the second."""


def limits(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """maximum, maxLength, …: whichever way they moved."""
    for keyword, name in _UPPER.items():
        before, after = old.upper.get(keyword), new.upper.get(keyword)
        yield from _moved(f"{name}-decreased", f"{name}-increased", (before or _NO_UPPER, after or _NO_UPPER), place)
    for keyword, name in _LOWER.items():
        before, after = old.lower.get(keyword), new.lower.get(keyword)
        yield from _moved(f"{name}-decreased", f"{name}-increased", (before or _NO_LOWER, after or _NO_LOWER), place)


_NO_UPPER, _NO_LOWER = (float("inf"), 1), (float("-inf"), 0)


def _moved(down: str, up: str, bounds: tuple[Bound, Bound], place: Place) -> Iterator[Finding]:
    before, after = bounds
    if before != after:
        yield from place.seen(down if after < before else up, f"{_said(before)} became {_said(after)}")


def _said(bound: Bound) -> str:
    return "none" if abs(bound[0]) == float("inf") else f"{bound[0]:g}"


def enums(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """Lists of values."""
    if old.enum is None and new.enum is not None:
        yield from place.seen(_BECAME_ENUM, ", ".join(sorted(new.enum)))
    elif new.enum is None and old.enum is not None:
        yield from place.seen(_ENUM_OPENED, f"it was one of {', '.join(sorted(old.enum))}")
    elif old.enum is not None and new.enum is not None:
        if gone := old.enum - new.enum:
            yield from place.seen(_ENUM_REMOVED, ", ".join(sorted(gone)))
        if added := new.enum - old.enum:
            yield from place.seen(_ENUM_ADDED, ", ".join(sorted(added)))


def patterns(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """Patterns: two different ones are not compared by what they match."""
    added, gone = new.patterns - old.patterns, old.patterns - new.patterns
    detail = f"{' and '.join(sorted(gone)) or 'none'} became {' and '.join(sorted(added)) or 'none'}"
    if added and gone:
        yield from place.seen(_PATTERN_CHANGED, detail)
    elif added:
        yield from place.seen(_PATTERN_ADDED, detail)
    elif gone:
        yield from place.seen(_PATTERN_REMOVED, detail)


def formats(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """Formats; int64 takes every int32."""
    added, gone = new.formats - old.formats, old.formats - new.formats
    detail = f"{', '.join(sorted(gone)) or 'none'} became {', '.join(sorted(added)) or 'none'}"
    if added and gone:
        narrow, wide = (gone, added) if place.direction is Direction.REQUEST else (added, gone)
        if not all(any((small, big) in _WIDER_FORMATS for big in wide) for small in narrow):
            yield from place.seen(_FORMAT_CHANGED, detail)
    elif added:
        yield from place.seen(_FORMAT_ADDED, detail)
    elif gone:
        yield from place.seen(_FORMAT_REMOVED, detail)


def multiples(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """multipleOf: what is a multiple of 10 is one of 5."""
    if added := [step for step in new.multiples if not any(had % step == 0 for had in old.multiples)]:
        yield from place.seen(_MULTIPLE_ADDED, ", ".join(f"{step:g}" for step in sorted(added)))
    if gone := [step for step in old.multiples if not any(has % step == 0 for has in new.multiples)]:
        yield from place.seen(_MULTIPLE_REMOVED, ", ".join(f"{step:g}" for step in sorted(gone)))


def uniqueness(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """uniqueItems."""
    if old.unique != new.unique:
        yield from place.seen(_UNIQUE_ADDED if new.unique else _UNIQUE_REMOVED, "")


def others(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """Keywords without an order: one that is new or changed may refuse more, one that is gone or changed may let more pass."""
    tightens = place.direction is Direction.REQUEST
    for keyword in sorted({*old.others, *new.others}):
        before, after = old.others.get(keyword, frozenset()), new.others.get(keyword, frozenset())
        if (after if tightens else before) - (before if tightens else after):
            yield from place.seen(_OTHER, keyword)


VALUE_RULES: tuple[ValueRule, ...] = (limits, enums, patterns, formats, multiples, uniqueness, others)
