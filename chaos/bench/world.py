"""Discrete-event simulation: a simulated clock, a recorder, rows, and ids from the seed."""

import heapq
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.bench.books import Books
from harness.history import Recorder

Steps = Iterator[int]
"""The steps of one actor; yields the duration of the next step in ns."""

MS = 1_000_000


class Clock:
    """Simulated monotonic time in ns; only `simulate` advances it."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000

    def __call__(self) -> int:
        """The simulated time in ns."""
        return self.now_ns


@dataclass
class World:
    """What all actors share. They stop when `enough()`; some of their requests fail while `disturbed()`."""

    recorder: Recorder
    random: Random
    books: Books
    products: tuple[str, ...]
    enough: Callable[[], bool]
    disturbed: Callable[[], bool]
    clock: Clock

    def new_id(self) -> str:
        """A UUID drawn from the seed's stream."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def duration_ns(self, least_ms: float, most_ms: float) -> int:
        """A duration in ns, drawn uniformly between two in ms."""
        return round(self.random.uniform(least_ms, most_ms) * MS)


def simulate(actors: list[Steps], clock: Clock) -> None:
    """Run all actors to their ends, steps in the order of simulated time."""
    numbers = count()
    due = [(clock.now_ns, next(numbers), actor) for actor in actors]
    heapq.heapify(due)
    while due:
        at, _, actor = heapq.heappop(due)
        clock.now_ns = max(clock.now_ns + 1, at)
        lasts = next(actor, None)
        if lasts is not None:
            heapq.heappush(due, (clock.now_ns + lasts, next(numbers), actor))
