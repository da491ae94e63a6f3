"""Finds the experiments, guarantees and mutants that are installed, whoever wrote them, by entry points.

    [project.entry-points."gauntlet.experiments"]
    shop = "chaos.experiments:EXPERIMENTS"

An entry point names a sequence of Experiment, Guarantee or Mutant objects. Names are unique over all of them.
"""

import difflib
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol, TypeVar

from harness.bench_checkers.maker import HistoryMaker
from harness.experiment import Experiment
from harness.fuzz.suite import FuzzSuite
from harness.load.profile import LoadProfile
from harness.mutants import Mutant
from harness.proof import HistoryProof
from harness.proof.source.subject import SourceProof
from harness.verdict import Guarantee

EXPERIMENTS = "gauntlet.experiments"
GUARANTEES = "gauntlet.guarantees"
MUTANTS = "gauntlet.mutants"
HISTORIES = "gauntlet.histories"
FUZZERS = "gauntlet.fuzzers"
LOAD_PROFILES = "gauntlet.load_profiles"
PROOFS = "gauntlet.proofs"
SOURCES = "gauntlet.sources"


class RegistryError(Exception):
    """Two things of one name, or an entry point that names something else."""


class UnknownNameError(LookupError):
    """There is nothing of that name; the message says what there is."""


class Named(Protocol):
    """Has a name."""

    @property
    def name(self) -> str:
        """Unique among its kind."""


N = TypeVar("N", bound=Named)


def experiments() -> dict[str, Experiment[Any]]:
    """Every installed experiment by name. Raises RegistryError, ImportError."""
    return _load(EXPERIMENTS, Experiment)


def runnable() -> dict[str, Experiment[Any]]:
    """Everything that a name can ask to be run: experiments, and load profiles as the experiments that they are.

    Raises RegistryError, ImportError.
    """
    loads = [profile.experiment() for profile in load_profiles().values()]
    return by_name([*experiments().values(), *loads], "experiment")


def guarantees() -> dict[str, Guarantee]:
    """Every installed guarantee by name. Raises RegistryError, ImportError."""
    return _load(GUARANTEES, Guarantee)


def mutants() -> dict[str, Mutant]:
    """Every installed mutant by name. Raises RegistryError, ImportError, MutantError."""
    return _load(MUTANTS, Mutant)


def histories() -> dict[str, HistoryMaker]:
    """Everyone who makes histories up, by name. Raises RegistryError, ImportError."""
    return _load(HISTORIES, HistoryMaker)


def fuzz_suites() -> dict[str, FuzzSuite[Any]]:
    """What there is to fuzz, by name: usually one system. Raises RegistryError, ImportError."""
    return _load(FUZZERS, FuzzSuite)


def load_profiles() -> dict[str, LoadProfile[Any]]:
    """Every installed load profile by name. Raises RegistryError, ImportError."""
    return _load(LOAD_PROFILES, LoadProfile)


def proofs() -> dict[str, HistoryProof]:
    """Legal histories and their corruptions, by system. Raises RegistryError, ImportError."""
    return _load(PROOFS, HistoryProof)


def sources() -> dict[str, SourceProof]:
    """Systems whose source mutants are planted in, by name. Raises RegistryError, ImportError."""
    return _load(SOURCES, SourceProof)


def find(name: str, known: Mapping[str, N], kind: str) -> N:
    """The one of that name. Raises UnknownNameError with the nearest names."""
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3) or sorted(known)
    raise UnknownNameError(f"there is no {kind} {name!r}; there is {', '.join(near) or 'none at all'}")


def by_name(things: Iterable[N], kind: str) -> dict[str, N]:
    """Things by their names. Raises RegistryError when two share one."""
    named: dict[str, N] = {}
    for thing in things:
        if named.setdefault(thing.name, thing) is not thing:
            raise RegistryError(f"two {kind}s are called {thing.name!r}")
    return named


def _load(group: str, kind: type[N]) -> dict[str, N]:
    found: list[N] = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        for thing in point.load():
            if not isinstance(thing, kind):
                raise RegistryError(f"{point.value} ({group}) names {thing!r}, which is no {kind.__name__}")
            found.append(thing)
    return by_name(found, kind.__name__.lower())
