"""The declaration of an experiment, as data: system, workload, faults with their triggers, guarantees and requirements."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from harness.experiment.protocols import Subject, System, Workload
from harness.experiment.service_levels import Ceiling, ServiceLevel
from harness.experiment.triggers import AnyTrigger
from harness.faults.inventory import Declaration
from harness.history import Ending

S = TypeVar("S", bound=Subject)

DEFINITE = frozenset({Ending.OK, Ending.FAIL})


@dataclass(frozen=True, kw_only=True)
class FaultPlan:
    """A fault as it is declared, when it is injected and when it heals.

    Every fault is healed when the workload is over, also when `heal` was never met.
    """

    name: str
    fault: Declaration
    inject: AnyTrigger
    heal: AnyTrigger


class Part(StrEnum):
    """A part of the workload, seen from a fault: until it is injected, while it is in force, from when it is healed."""

    BEFORE = "before"
    WHILE = "while"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """The part of the workload before, while or after the fault of that plan."""

    part: Part
    plan: str

    def __str__(self) -> str:
        return f"{self.part} {self.plan}"


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """Traffic below which a run proves nothing: so many operations with such endings, and so many each second.

    With a `phase` only operations that were invoked and ended in it count, and its seconds.
    """

    operation: str
    count: int
    per_second: float = 0.0
    endings: frozenset[Ending] = DEFINITE
    phase: Phase | None = None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """An event that has to be recorded at least so often, or the run proves nothing."""

    event: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Exercised:
    """What a guarantee must have met at least so often, or the run proves nothing: a count that its verdict reports."""

    guarantee: str
    counted: str
    at_least: int


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Longest times of the stages, in seconds. A stage that exceeds its bound failed.

    A run that has failed already is not waited for longer than `patience_s` to come to rest. A system that does not serve its
    probe is given up `probe_s` after the last heal: later than any bound by which it has to.
    """

    start_s: float = 180.0
    steady_s: float = 60.0
    prepare_s: float = 120.0
    workload_s: float = 180.0
    heal_s: float = 60.0
    probe_s: float = 45.0
    settle_s: float = 60.0
    settle_poll_s: float = 0.25
    patience_s: float = 20.0
    observe_s: float = 60.0
    stop_s: float = 60.0
    judge_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Experiment(Generic[S]):
    """An experiment. `guarantees` are names; `default` ones run when none is named.

    `command` is what runs it again, without seed and choices, when that is not `make chaos`.
    """

    name: str
    about: str
    system: System[S]
    workload: Workload[S]
    faults: tuple[FaultPlan, ...] = ()
    guarantees: tuple[str, ...]
    minimums: tuple[Minimum, ...]
    sightings: tuple[Sighting, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    exercised: tuple[Exercised, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    default: bool = False
    command: str = ""
