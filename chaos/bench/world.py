"""A shop on paper: a clock that only stories move, a record, books, and ids from the seed."""

import heapq
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.bench.books import Books
from harness.history import Recorder

Story = Iterator[int]
"""What somebody does; yields how long the next step takes (ns)."""

MS = 1_000_000


class Clock:
    """Monotonic time in ns that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000

    def __call__(self) -> int:
        """The present time."""
        return self.now_ns


@dataclass
class World:
    """What stories share. They go on while `enough()` is false, not always well while `disturbed()`."""

    recorder: Recorder
    random: Random
    books: Books
    products: tuple[str, ...]
    enough: Callable[[], bool]
    disturbed: Callable[[], bool]
    clock: Clock

    def new_id(self) -> str:
        """A UUID that the seed decides."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def takes(self, least_ms: float, most_ms: float) -> int:
        """A duration between two, in ns."""
        return round(self.random.uniform(least_ms, most_ms) * MS)


def play(stories: list[Story], clock: Clock) -> None:
    """Let all stories run side by side to their ends, each step at its time."""
    numbers = count()
    due = [(clock.now_ns, next(numbers), story) for story in stories]
    heapq.heapify(due)
    while due:
        at, _, story = heapq.heappop(due)
        clock.now_ns = max(clock.now_ns + 1, at)
        lasts = next(story, None)
        if lasts is not None:
            heapq.heappush(due, (clock.now_ns + lasts, next(numbers), story))
