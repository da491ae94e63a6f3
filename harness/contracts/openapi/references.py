"""Follows $ref within a document. References to other documents are not followed: a released document stands alone."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote


class BrokenReference(ValueError):
    """A $ref that leads nowhere, elsewhere, or back to itself."""


class References:
    """The places of one document that a $ref can name."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def target(self, reference: str) -> Any:
        """What `#/components/…` names. Raises BrokenReference."""
        if not reference.startswith("#"):
            raise BrokenReference(f"{reference} is in another document; bundle the documents first")
        found: Any = self._document
        for step in reference.lstrip("#").split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (KeyError, IndexError, ValueError, TypeError) as error:
                raise BrokenReference(f"{reference} leads nowhere") from error
        return found

    def resolved(self, node: Any) -> Any:
        """A node that is no schema (parameter, response, header, …), with references followed. Raises BrokenReference."""
        seen = set()
        while isinstance(node, Mapping) and "$ref" in node:
            reference = node["$ref"]
            if reference in seen:
                raise BrokenReference(f"{reference} leads back to itself")
            seen.add(reference)
            node = self.target(reference)
        return node
