"""Everything that `gauntlet fuzz` knows of a system: how it is started, its parts, and the guarantees that judge it afterwards.

    [project.entry-points."gauntlet.fuzzers"]
    shop = "chaos.fuzz:FUZZERS"

An entry point names a sequence of FuzzSuite. A fuzzing run is an experiment without faults: its watchers, observations at rest,
verdict and report are those of every experiment.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.experiment import Bounds, Experiment, Minimum, Subject, System, Workload
from harness.fuzz.campaign import Campaign
from harness.fuzz.fuzzer import GRACE_S, Fuzzer

S = TypeVar("S", bound=Subject)

EXPERIMENT = "fuzz"
"""The name of the experiment that a fuzzing run is."""
SECONDS = 180.0
"""The time of all parts together, by default."""
SETTLE_S = 90.0


class UnknownPartError(LookupError):
    """There is no part of that name; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class FuzzSuite(Generic[S]):
    """`guarantees` judge the system after the parts; each part adds its own, `fuzz_<part>`. `beside` uses it meanwhile.

    `minimums` are the least traffic of those who do.
    """

    name: str
    about: str
    system: System[S]
    parts: tuple[Fuzzer[S], ...]
    guarantees: tuple[str, ...] = ()
    beside: Workload[S] | None = None
    minimums: tuple[Minimum, ...] = ()

    def chosen(self, names: Sequence[str]) -> tuple[Fuzzer[S], ...]:
        """The parts of these names in the suite's order; all when none is named. Raises UnknownPartError."""
        known = [part.name for part in self.parts]
        if unknown := [name for name in names if name not in known]:
            raise UnknownPartError(f"there is no part {', '.join(unknown)}; there is {', '.join(known)}")
        return tuple(part for part in self.parts if not names or part.name in names)

    def share_s(self, part: str, seconds: float = SECONDS) -> float:
        """The time that a part has when all are run in `seconds`. Raises UnknownPartError."""
        return seconds * self.chosen([part])[0].share / sum(each.share for each in self.parts)

    def experiment(self, names: Sequence[str] = (), seconds: float = SECONDS) -> Experiment[S]:
        """The experiment that runs these parts in `seconds`. Raises UnknownPartError."""
        parts = self.chosen(names)
        return Experiment(
            name=EXPERIMENT,
            about=f"{self.about} Parts: {', '.join(part.name for part in parts)}.",
            system=self.system,
            workload=Campaign(parts=parts, seconds=seconds, beside=self.beside),
            guarantees=(*(f"fuzz_{part.name}" for part in parts), *self.guarantees),
            minimums=self.minimums,
            bounds=Bounds(workload_s=seconds + (GRACE_S + 5.0) * len(parts), settle_s=SETTLE_S),
            command=" ".join(["make fuzz", f"TIME={seconds:g}", *([f"PARTS={shlex.quote(' '.join(names))}"] if names else [])]),
        )
