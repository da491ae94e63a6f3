"""Edits of a JSON document as data, for planted changes: JSON Patch's operations (RFC 6902) with its pointers (RFC 6901)."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.contracts.documents import Documents
from harness.contracts.planted import EditError


@dataclass(frozen=True)
class Add:
    """Put a value at a place: a new or other member, or an item before the one that stands there (`-`: after the last)."""

    path: str
    value: Any

    def apply(self, document: Any) -> None:
        """Edit the document. Raises EditError."""
        holder, key = _holder(document, self.path)
        if isinstance(holder, list):
            holder.insert(len(holder) if key == "-" else _index(holder, key, self.path), copy.deepcopy(self.value))
        else:
            holder[key] = copy.deepcopy(self.value)


@dataclass(frozen=True)
class Remove:
    """Take away what is at a place."""

    path: str

    def apply(self, document: Any) -> None:
        """Edit the document. Raises EditError."""
        holder, key = _holder(document, self.path)
        _at(holder, key, self.path)
        del holder[_index(holder, key, self.path) if isinstance(holder, list) else key]


@dataclass(frozen=True)
class Replace:
    """Put another value where one is."""

    path: str
    value: Any

    def apply(self, document: Any) -> None:
        """Edit the document. Raises EditError."""
        Remove(self.path).apply(document)
        Add(self.path, self.value).apply(document)


@dataclass(frozen=True)
class Move:
    """Take a value away and put it at another place."""

    source: str
    path: str

    def apply(self, document: Any) -> None:
        """Edit the document. Raises EditError."""
        value = _at(*_holder(document, self.source), self.source)
        Remove(self.source).apply(document)
        Add(self.path, value).apply(document)


Operation = Add | Remove | Replace | Move


def patched(name: str, *operations: Operation) -> Callable[[Documents], Documents]:
    """The edit of a planted change that patches one document. It raises EditError when a place is not there."""

    def edit(documents: Documents) -> Documents:
        document = documents.json(name)
        for operation in operations:
            operation.apply(document)
        return documents.with_json(name, document)

    return edit


def _holder(document: Any, path: str) -> tuple[Any, str]:
    """What holds the place, and its key there."""
    *way, last = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])
    for step in way:
        document = _at(document, step, path)
    return document, last


def _at(holder: Any, key: str, path: str) -> Any:
    if isinstance(holder, list):
        return holder[_index(holder, key, path)]
    if not isinstance(holder, dict) or key not in holder:
        raise EditError(f"{path}: there is no {key}")
    return holder[key]


def _index(holder: list[Any], key: str, path: str) -> int:
    if not key.isdigit() or int(key) >= len(holder):
        raise EditError(f"{path}: there is no item {key}")
    return int(key)
