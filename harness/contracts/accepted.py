"""Intended changes: which findings are accepted, against which release, and why. `contracts/accepted.toml`:

[[accepted]]
against = "0.1.0"                       # the release it was judged against; void once a newer one is released
contract = "openapi"
rule = "response-property-removed"
where = "GET /orders 200 *"             # may be a glob: * ? [a-z]; a literal bracket is written [[]
reason = "Nobody reads it: see contracts/consumers."

An entry needs a reason. One that matches nothing any more is a finding itself, so that the file does not grow old.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from harness.contracts.finding import Finding, Level

UNUSED = "acceptance-unused"


class AcceptanceError(Exception):
    """The file cannot be read: says which entry and why."""


@with_config(ConfigDict(extra="forbid", str_strip_whitespace=True, str_min_length=1))
@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One intended change."""

    against: str
    contract: str
    rule: str
    where: str
    reason: str = Field(min_length=10)

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding that is accepted."""
        same = (self.contract, self.rule) == (finding.contract, finding.rule)
        return same and (self.where == finding.where or fnmatchcase(finding.where, self.where))


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class _File:
    accepted: tuple[Acceptance, ...] = ()


_FILE = TypeAdapter(_File)


def load(path: Path) -> tuple[Acceptance, ...]:
    """The entries of a file, none when there is no file. Raises AcceptanceError."""
    if not path.exists():
        return ()
    try:
        return _FILE.validate_python(tomllib.loads(path.read_text("utf-8"))).accepted
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AcceptanceError(f"{path}: {error}") from error
    except ValidationError as error:
        raise AcceptanceError(f"{path}: {'; '.join(_told(each['loc'], each['msg']) for each in error.errors())}") from error


def unused(entries: Iterable[Acceptance], findings: Collection[Finding], checked: Collection[str]) -> Iterator[Finding]:
    """A finding for every entry, of the contracts that were checked, that accepts nothing."""
    for entry in entries:
        if entry.contract in checked and not any(entry.covers(each) for each in findings):
            message = f"accepted is a change of {entry.where} by rule {entry.rule}, which is not there: remove the entry"
            yield Finding(entry.contract, UNUSED, f"{entry.rule} {entry.where}", Level.WARN, message)


def _told(place: tuple[int | str, ...], message: str) -> str:
    match place:
        case ("accepted", int(number), *rest):
            return f"entry {number + 1}{''.join(f', {each}' for each in rest)}: {message}"
    return f"{'.'.join(str(part) for part in place)}: {message}"
