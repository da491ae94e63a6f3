"""What a system offers for its kill matrix: its source, who claims to see bugs in which file, which survivors are explained.

Claims and explanations are data:

[[claims]]
files = ["order/*.py"]                                # below the folder of services.toml
detectors = ["tests tests/unit/system/order", "fuzz model", "experiment saga_provider_late"]    # the quickest first

[[explained]]
mutant = "order/domain.py:constant:0f3a9c"
why = "The limit is the protocol's as well: no request gets here that is longer."
"""

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from harness.mutants import Beside, MutantError


@dataclass(frozen=True, kw_only=True)
class SourceProof:
    """`files` and `left_out` are patterns below the folder of `topology`; `claims` and `explained` are TOML files.

    `candidates` is a folder of mutants that are not known to be caught: they are tried in the matrix alone; `known`
    is the folder of those that are. `beside` are the
    folders of the project that the system's programs and its contracts are made from.
    """

    name: str
    topology: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...]
    claims: Path
    explained: Path
    candidates: Path
    known: Path
    beside: tuple[Beside, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the source is."""
        return self.topology.resolve().parent


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class Claim:
    """These detectors claim to see bugs in these files."""

    files: tuple[str, ...]
    detectors: tuple[str, ...]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class Explained:
    """Why a mutant that nothing sees is no bug, or is none that anybody could see."""

    mutant: str
    why: str


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class _File:
    claims: tuple[Claim, ...] = field(default=())
    explained: tuple[Explained, ...] = field(default=())


_READ = TypeAdapter(_File)


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims of a file. Raises MutantError."""
    return _read(path).claims


def read_explained(path: Path) -> dict[str, str]:
    """The explanations of a file by mutant. Raises MutantError."""
    return {each.mutant: each.why for each in _read(path).explained}


def detectors_for(files: tuple[str, ...], claims: tuple[Claim, ...]) -> tuple[str, ...]:
    """Who claims to see bugs in any of these files, each once, in the order of the claims; tests last."""
    found = (
        detector
        for claim in claims
        if any(fnmatchcase(file, pattern) for file in files for pattern in claim.files)
        for detector in claim.detectors
    )
    return tuple(sorted(dict.fromkeys(found), key=is_tests))


def is_tests(detector: str) -> bool:
    """Whether it is made of tests, which know the code; what only these see is a gap of the black box."""
    return detector.startswith("tests ")


def _read(path: Path) -> _File:
    try:
        return _READ.validate_python(tomllib.loads(path.read_text()))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise MutantError(f"{path}: {error}") from error
