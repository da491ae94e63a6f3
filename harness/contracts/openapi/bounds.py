"""Upper and lower limits of a schema, in a form that compares."""

import math
from collections.abc import Mapping
from typing import Any

from harness.contracts.openapi.shapes import ARRAY, INTEGER, NUMBER, OBJECT, STRING, Bound

UPPER = {STRING: ("maxLength",), ARRAY: ("maxItems",), OBJECT: ("maxProperties",), NUMBER: ("maximum",), INTEGER: ("maximum",)}
LOWER = {STRING: ("minLength",), ARRAY: ("minItems",), OBJECT: ("minProperties",), NUMBER: ("minimum",), INTEGER: ("minimum",)}
"""The limits that values of a type can have."""


def upper(schema: Mapping[str, Any], type_: str) -> dict[str, Bound]:
    """Upper limits by keyword; exclusive ones under that of the inclusive."""
    found = {}
    for keyword in UPPER.get(type_, ()):
        bounds = [(value, 1 - exclusive) for value, exclusive in _values(schema, keyword)]
        if bounds:
            value, inclusive = min(bounds)
            found[keyword] = (
                (math.ceil(value) - 1 if not inclusive else math.floor(value), 1) if type_ == INTEGER else (value, inclusive)
            )
    return found


def lower(schema: Mapping[str, Any], type_: str) -> dict[str, Bound]:
    """Lower limits by keyword; a length or number of at least 0 is no limit."""
    found = {}
    for keyword in LOWER.get(type_, ()):
        bounds = _values(schema, keyword)
        if bounds:
            value, exclusive = max(bounds)
            found[keyword] = (
                (math.floor(value) + 1 if exclusive else math.ceil(value), 0) if type_ == INTEGER else (value, exclusive)
            )
    return {keyword: bound for keyword, bound in found.items() if keyword == "minimum" or bound[0] > 0}


def _values(schema: Mapping[str, Any], keyword: str) -> list[tuple[float, int]]:
    """(limit, 1 if exclusive), as 3.1 writes it (a number of its own) and 3.0 (a flag beside the limit)."""
    exclusive = schema.get("exclusive" + keyword[0].upper() + keyword[1:])
    found = [] if isinstance(exclusive, bool) or exclusive is None else [(exclusive, 1)]
    if keyword in schema:
        found.append((schema[keyword], 1 if exclusive is True else 0))
    return found
