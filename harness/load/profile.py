"""A load profile: who uses the system, how many of them, for how long, and what must be true then.

    [project.entry-points."gauntlet.load_profiles"]
    shop = "chaos.load:PROFILES"

An entry point names a sequence of LoadProfile. A load run is an experiment: its guarantees, faults, verdict and
report are those of every experiment.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from harness.experiment import (
    Bounds,
    Ceiling,
    EventsSeen,
    Exercised,
    Experiment,
    FaultPlan,
    Minimum,
    ServiceLevel,
    Sighting,
    Subject,
    System,
)
from harness.faults.inventory import Declaration
from harness.load.arrivals import Arrivals
from harness.load.events import ON_TIME, PROGRESS
from harness.load.workload import Loading, World

S = TypeVar("S", bound=Subject)

PREFIX = "load_"
"""What the names of experiments that are loads begin with."""
SETTLE_S = 120.0
"""A queue that a load has filled may take so long to drain."""
LATE_S = 0.1
NO_FAULTS: Mapping[str, Declaration] = MappingProxyType({})
FAULT_BEGINS, FAULT_ENDS = 0.25, 0.6
"""Shares of the time at which faults that were added to a profile begin and end."""


@dataclass(frozen=True, kw_only=True)
class LoadProfile(Generic[S]):
    """`users` of the class `user` in the Locust file, for `seconds`, all from the beginning.

    With `arrivals` the load is open: so many visits a second are due whether or not others were answered, made by `users`
    customers in turn. A visit that begins more than `late_s` after it was due is late; with many of them the run is VACUOUS.
    What the first `warm_up_s` answered is left out of percentiles; guarantees judge all of it.
    """

    name: str
    about: str
    system: System[S]
    world: World[S]
    locustfile: Path
    user: str
    users: int
    seconds: float
    arrivals: Arrivals | None = None
    warm_up_s: float = 0.0
    late_s: float = LATE_S
    guarantees: tuple[str, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    exercised: tuple[Exercised, ...] = ()

    def lasting(self, seconds: float | None) -> "LoadProfile[S]":
        """The same for another time; None: for its own."""
        return self if seconds is None else replace(self, seconds=seconds)

    def experiment(self, faults: Mapping[str, Declaration] = NO_FAULTS, processes: int | None = None) -> Experiment[S]:
        """The experiment that this load is, with faults, by what the command line calls them, in the middle of its time.

        `processes`: see Loading.
        """
        begin, end = (max(1, round(share * self.seconds)) for share in (FAULT_BEGINS, FAULT_ENDS))
        return Experiment(
            name=f"{PREFIX}{self.name}",
            about=self.about,
            system=self.system,
            workload=Loading(
                world=self.world,
                locustfile=self.locustfile,
                user=self.user,
                users=self.users,
                seconds=self.seconds,
                arrivals=self.arrivals,
                warm_up_s=self.warm_up_s,
                late_s=self.late_s,
                processes=processes,
            ),
            faults=tuple(
                FaultPlan(
                    name=f"fault_{number}",
                    fault=fault,
                    inject=EventsSeen(PROGRESS, begin),
                    heal=EventsSeen(PROGRESS, max(begin + 1, end)),
                )
                for number, fault in enumerate(faults.values(), start=1)
            ),
            guarantees=self.guarantees,
            minimums=self.minimums,
            sightings=(Sighting(event=ON_TIME),),
            levels=self.levels,
            ceilings=self.ceilings,
            exercised=self.exercised,
            bounds=Bounds(prepare_s=600.0, workload_s=self.seconds + 90.0, settle_s=SETTLE_S, judge_s=120.0),
            command=" ".join(
                [
                    f"make load PROFILE={self.name} TIME={self.seconds:g}",
                    *([f"FAULTS={shlex.quote(' '.join(faults))}"] if faults else []),
                ]
            ),
        )
