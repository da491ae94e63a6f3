"""Rules about properties: what clients send must stay accepted and heeded, what they read must stay there."""

from collections.abc import Iterator
from typing import Protocol

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.canonical import Canonical
from harness.contracts.openapi.place import OTHERS, Place
from harness.contracts.openapi.registry import RULES, Direction, aspect
from harness.contracts.openapi.shapes import Nodes, Shape

_ERR, _WARN, _INFO = Level.ERR, Level.WARN, Level.INFO
REQUIRED_NEW = RULES.declare("new-required-request-property", _ERR, "A property must be sent that was not known.")
OPTIONAL_NEW = RULES.declare("new-optional-request-property", _INFO, "A property may be sent that was not known.")
REQUIRED = RULES.declare("request-property-became-required", _ERR, "A property must be sent that could be left out.")
REFUSED = RULES.declare("request-property-removed", _ERR, "A property that was accepted is refused.")
IGNORED = RULES.declare("request-property-ignored", _WARN, "A property that was accepted is not known any more, and ignored.")
READ_ONLY = RULES.declare("request-property-became-read-only", _ERR, "A property that could be sent is only read now.")
REMOVED = RULES.declare("response-property-removed", _ERR, "A property that was always there is gone.")
OPTIONAL_REMOVED = RULES.declare("response-optional-property-removed", _WARN, "A property that was there at times is gone.")
OPTIONAL = RULES.declare("response-property-became-optional", _ERR, "A property that was always there may be missing.")
WRITE_ONLY = RULES.declare("response-property-became-write-only", _ERR, "A property that was read is only written now.")
ADDED = RULES.declare("response-property-added", _INFO, "There is a new property.")
ADDED_TO_CLOSED = RULES.declare(
    "response-property-added-to-closed", _WARN, "There is a new property where clients were told that there is no other."
)
_FORBIDDEN = aspect("additional-properties-forbidden", request="Properties without a name in the schema are refused.")
_ALLOWED = aspect(
    "additional-properties-allowed", response="There may be properties that clients were told there are not.", level=_WARN
)


_GROUP_ADDED = aspect("required-group-added", request="One of several properties must be sent, where none had to be.")
_GROUP_REMOVED = aspect(
    "required-group-removed", response="Of several properties one was always there, and all may be missing now.", level=_WARN
)

ABSENT, HIDDEN, MAY, MUST = "absent", "hidden", "optional", "required"
"""What a property is to who writes it: a read-only one is hidden in a request, a write-only one in a response."""

_SENT = {
    (ABSENT, MUST): REQUIRED_NEW,
    (HIDDEN, MUST): REQUIRED_NEW,
    (ABSENT, MAY): OPTIONAL_NEW,
    (HIDDEN, MAY): OPTIONAL_NEW,
    (MAY, MUST): REQUIRED,
    (MAY, ABSENT): IGNORED,
    (MUST, ABSENT): IGNORED,
    (MAY, HIDDEN): READ_ONLY,
    (MUST, HIDDEN): READ_ONLY,
}
_GOT = {
    (MUST, ABSENT): REMOVED,
    (MAY, ABSENT): OPTIONAL_REMOVED,
    (MUST, MAY): OPTIONAL,
    (MUST, HIDDEN): WRITE_ONLY,
    (MAY, HIDDEN): WRITE_ONLY,
    (ABSENT, MUST): ADDED,
    (ABSENT, MAY): ADDED,
    (HIDDEN, MUST): ADDED,
    (HIDDEN, MAY): ADDED,
}
_WHERE_NO_OTHERS_ARE = {IGNORED: REFUSED, ADDED: ADDED_TO_CLOSED}
"""What a rule becomes where the schema forbids other properties: the new one when sending, the old one when reading."""


class Compares(Protocol):
    """The walk that goes on below a property (`schemas.Comparison`)."""

    old: Canonical
    new: Canonical

    def schemas(self, old: Nodes, new: Nodes, place: Place) -> Iterator[Finding]:
        """What a change of a schema means at a place."""


def compared(walk: Compares, old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """What a change of an object's properties means."""
    sent = place.direction is Direction.REQUEST
    others_before, others_now = walk.old.schema(old.additional), walk.new.schema(new.additional)
    closed = (others_now if sent else others_before).forbids
    for name in sorted({*old.properties, *new.properties, *old.required, *new.required}):
        before, now = _state(walk.old, old, name, place), _state(walk.new, new, name, place)
        if rule := (_SENT if sent else _GOT).get((before, now)):
            yield place.at(name).found(_WHERE_NO_OTHERS_ARE.get(rule, rule) if closed else rule)
        if {before, now} <= {MAY, MUST}:
            yield from walk.schemas(old.properties.get(name, ()), new.properties.get(name, ()), place.at(name))
    yield from _groups(old, new, place)
    if others_before.forbids == others_now.forbids:
        yield from walk.schemas(old.additional, new.additional, place.at(OTHERS))
    else:
        yield from place.seen(_ALLOWED if others_before.forbids else _FORBIDDEN, "")


def _groups(old: Shape, new: Shape, place: Place) -> Iterator[Finding]:
    """Whether what satisfied (a request), or satisfies (a response), one side's groups satisfies one of the other's."""
    sent = place.direction is Direction.REQUEST
    has, demands = (old, new) if sent else (new, old)
    given = [has.required | group for group in has.groups or {frozenset()}]
    if not all(any(group <= each for group in demands.groups or {frozenset()}) for each in given):
        said = " | ".join(sorted("+".join(sorted(group)) for group in demands.groups))
        yield from place.seen(_GROUP_ADDED if sent else _GROUP_REMOVED, said)


def _state(canonical: Canonical, shape: Shape, name: str, place: Place) -> str:
    if name not in shape.properties:
        return MUST if name in shape.required else ABSENT
    schema = canonical.schema(shape.properties[name])
    if schema.forbids:
        return ABSENT
    if schema.read_only if place.direction is Direction.REQUEST else schema.write_only:
        return HIDDEN
    return MUST if name in shape.required else MAY
