"""An OpenAPI document as its clients see it: operations with everything that is inherited or referred to in its place.

Accepts 3.1, and of 3.0 what differs in schemas (`nullable`, boolean `exclusiveMaximum`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.contracts.openapi.references import References

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_VARIABLE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Operation:
    """One method of one path. `parameters` are resolved, those of the path included; `security` is what holds for it."""

    method: str
    path: str
    raw: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    security: Sequence[Mapping[str, Sequence[str]]]

    @property
    def name(self) -> str:
        """As findings name it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the path's parameters, in order."""
        return tuple(found[1:-1] for found in _VARIABLE.findall(self.path))


@dataclass(frozen=True)
class Document:
    """A parsed document, with its operations by shape of path and method."""

    raw: Mapping[str, Any]
    references: References
    operations: Mapping[tuple[str, str], Operation]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Document":
        """Read a document. Raises ValueError when it is none, or has a broken reference."""
        if not str(raw.get("openapi", "")).startswith("3."):
            raise ValueError("this is no OpenAPI 3 document")
        references = References(raw)
        found = {(shape_of(each.path), each.method): each for each in _operations(raw, references)}
        return cls(raw, references, found)

    @property
    def paths(self) -> frozenset[str]:
        """The shapes of all paths."""
        return frozenset(path for path, _ in self.operations)


def shape_of(path: str) -> str:
    """A path without the names of its parameters, which clients never see."""
    return _VARIABLE.sub("{}", path)


def _operations(raw: Mapping[str, Any], references: References) -> Iterator[Operation]:
    for path, item in raw.get("paths", {}).items():
        resolved = references.resolved(item)
        for method in METHODS:
            if method in resolved:
                operation = resolved[method]
                parameters = _parameters(references, resolved.get("parameters", ()), operation.get("parameters", ()))
                security = operation.get("security", raw.get("security", ()))
                yield Operation(method, path, operation, parameters, security)


def _parameters(references: References, inherited: Sequence[Any], own: Sequence[Any]) -> tuple[Mapping[str, Any], ...]:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for parameter in (*inherited, *own):
        resolved = references.resolved(parameter)
        found[resolved["in"], resolved["name"]] = resolved
    return tuple(found.values())
