"""A piece of schema as one text without references and remarks, for keywords that can only be compared as a whole."""

import json
from collections.abc import Mapping
from typing import Any

from harness.contracts.openapi.references import References

_REMARKS = frozenset({"title", "description", "examples", "example", "deprecated", "$comment", "externalDocs"})
_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords whose keys are names and not keywords."""

_SETS = frozenset({"required", "enum", "type"})
"""Keywords whose lists have no order."""


def text_of(value: Any) -> str:
    """A JSON value as text, the same for 1 and 1.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


class Expansion:
    """Expands pieces of one document."""

    def __init__(self, references: References) -> None:
        self._references = references

    def text(self, keyword: str, value: Any) -> str:
        """The value of a keyword. Raises BrokenReference."""
        return json.dumps(self._named(value, ()) if keyword in _BY_NAME else self._expanded(value, ()), sort_keys=True)

    def _named(self, value: Mapping[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
        return {name: self._expanded(schema, within) for name, schema in value.items()}

    def _expanded(self, value: Any, within: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self._expanded(each, within) for each in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        if "$ref" in value:
            reference = value["$ref"]
            if reference in within:  # recursive: as deep as this is deep enough to tell two apart
                return {"$ref": within.index(reference)}
            found.update(self._expanded(self._references.target(reference), (*within, reference)))
        for key, each in value.items():
            if key in _BY_NAME:
                found[key] = self._named(each, within)
            elif key in _SETS and isinstance(each, list):
                found[key] = sorted(each, key=text_of)
            elif key not in _REMARKS and key != "$ref":
                found[key] = self._expanded(each, within)
        return found
