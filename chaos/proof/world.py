"""The simulated world: a clock, a recorder, the seed's numbers, and what the fault in force does to a request."""

import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import TypeAlias

from chaos.bench.world import Clock
from chaos.proof.disturbances import Disturbance
from harness.history import Ending, Record, Recorder, Row

EPOCH = datetime(2026, 11, 22, 12, tzinfo=UTC)
MS = 1_000_000
DEADLINE_S = 4.5
"""The longest a late answer takes, and after which a client gives a lost one up."""


@dataclass(frozen=True)
class Answer:
    """A status and an output."""

    status: int
    output: Row

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status < 300


Steps: TypeAlias = Generator[int, None, None]
Asked: TypeAlias = Generator[int, None, Answer | None]
"""Steps that end with an answer; None for an unknown outcome."""


def problem(status: int, code: str, **more: str) -> Answer:
    """A refusal, as the gateway words it."""
    return Answer(status, {"title": code.capitalize(), "status": status, "code": code, **more})


@dataclass
class World:
    """What all actors share. `busy` counts the actors that have something to do."""

    random: Random
    clock: Clock = field(default_factory=Clock)
    records: list[Record] = field(default_factory=list)
    disturbance: Disturbance | None = None
    busy: int = 0
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self, self.clock)

    def write(self, record: Record) -> None:
        """Keep a record."""
        self.records.append(record)

    def chance(self, probability: float) -> bool:
        """Whether something of a probability happens."""
        return self.random.random() < probability

    def new_id(self) -> str:
        """A UUID of the seed's."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def ms(self, least: float, most: float) -> int:
        """A duration in ns, drawn between two in ms."""
        return round(self.random.uniform(least, most) * MS)

    def moment(self, later_s: float = 0.0) -> str:
        """The time of day, as answers have it."""
        now = EPOCH + timedelta(microseconds=self.clock() / 1000, seconds=later_s)
        return now.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def asks(self, process: str, name: str, sent: Row, act: Callable[[], Answer]) -> Asked:
        """Do an operation of a client; the fault in force may refuse it, lose its answer, or make it late."""
        call = self.recorder.invoke(process, name, sent)
        fault = self.disturbance
        drawn = self.random.random() if fault else 1.0
        yield self.ms(1, 20)
        if fault and drawn < fault.refused:
            refusal = problem(503, "UNAVAILABLE")
            if self.chance(0.3):
                act()  # a 503 does not say that nothing was done
            call.answered(refusal.status, refusal.output)
            return None
        if fault and drawn < fault.refused + fault.lost:
            if self.chance(0.6):
                act()
            yield self.ms(100, 1000 * DEADLINE_S)
            call.end(Ending.INFO, error="ReadTimeout: ")
            return None
        answer = act()
        late = fault is not None and drawn > 1 - fault.late
        yield self.ms(500, 1000 * DEADLINE_S) if late else self.ms(1, 40)
        call.answered(answer.status, answer.output)
        return answer
