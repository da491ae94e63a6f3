"""What one declares: an experiment is data, read top to bottom like a list of what is done to whom and what must hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Generic, TypeVar

from harness.experiment.protocols import Fault, Subject, System, Workload
from harness.experiment.triggers import Trigger
from harness.history import Ending

S = TypeVar("S", bound=Subject)

DEFINITE = frozenset({Ending.OK, Ending.FAIL})


@dataclass(frozen=True, kw_only=True)
class FaultPlan(Generic[S]):
    """A fault, when it strikes and when it heals. `fault` makes it from the run's own randomness.

    `heal` may never be met: every fault is healed when the workload is over.
    """

    name: str
    fault: Callable[[Random], Fault[S]]
    inject: Trigger
    heal: Trigger


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """Traffic below which a run proves nothing: so many operations with such endings, and so many each second."""

    operation: str
    count: int
    per_second: float = 0.0
    endings: frozenset[Ending] = DEFINITE


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Something that has to be seen to happen in the system, so often, or the run proves nothing."""

    event: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Longest times of the stages, in seconds. A stage that exceeds its bound failed."""

    start_s: float = 180.0
    steady_s: float = 60.0
    prepare_s: float = 120.0
    workload_s: float = 180.0
    heal_s: float = 60.0
    settle_s: float = 60.0
    settle_poll_s: float = 0.25
    observe_s: float = 60.0
    stop_s: float = 60.0
    judge_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Experiment(Generic[S]):
    """An experiment. `guarantees` are names; `default` ones run when nobody says which."""

    name: str
    about: str
    system: System[S]
    workload: Workload[S]
    faults: tuple[FaultPlan[S], ...] = ()
    guarantees: tuple[str, ...]
    minimums: tuple[Minimum, ...]
    sightings: tuple[Sighting, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    default: bool = False
