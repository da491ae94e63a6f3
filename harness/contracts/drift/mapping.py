"""Which places speak of the same thing, and which differences between them are meant: read from one file.

[[same]]
name = "quantity of a line"
places = ["gateway:Line.quantity", "proto:*.quantity", "sql:order.order_items.quantity"]    # * stands for anything
limits = { max = ["domain:order.domain.MAX_QUANTITY"] }     # what a constant limits; length and value are for ranges
differences = [{ place = "gateway:Line.quantity", what = "max", reason = "…" }]    # what: a limit, "kind" or "values"

[[apart]]
places = ["gateway:*.token_type"]
reason = "it is said in one place only: …"

A place that is named in full belongs there, whatever patterns match it too.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from harness.contracts.checker import SourceError
from harness.contracts.documents import as_json

DOCUMENT = "drift.json"
_STRICT = ConfigDict(extra="forbid")


@with_config(_STRICT)
@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference that is meant: in `what` the places that match say something else, or nothing."""

    place: str
    what: str
    reason: str


@with_config(_STRICT)
@dataclass(frozen=True, kw_only=True)
class Same:
    """Places that speak of one thing; `limits` are constants by what they limit."""

    name: str
    places: tuple[str, ...]
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()


@with_config(_STRICT)
@dataclass(frozen=True, kw_only=True)
class Apart:
    """Places that are compared with nothing."""

    places: tuple[str, ...]
    reason: str


@with_config(_STRICT)
@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The whole file."""

    same: tuple[Same, ...] = ()
    apart: tuple[Apart, ...] = ()


_MAPPED = TypeAdapter(Mapped)


@dataclass(frozen=True)
class MappingFile:
    """A SavedSource: the file as JSON, so that a planted change can edit it."""

    path: Path
    document: str = DOCUMENT

    def read(self) -> bytes:
        """See SavedSource. Raises SourceError for a file that cannot be read or says something else."""
        try:
            content = tomllib.loads(self.path.read_text())
            mapped(content)
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise SourceError(f"{self.path}: {error}") from error
        return as_json(content)


def mapped(content: Any) -> Mapped:
    """The mapping of such a document. Raises ValidationError."""
    return _MAPPED.validate_python(content)


def matching(pattern: str, names: Sequence[str]) -> list[str]:
    """The names that a pattern matches, in which only * is special."""
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
    return [name for name in names if expression.fullmatch(name)]
