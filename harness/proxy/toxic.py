"""What a toxic is: attributes, and one method that lets a stream's bytes through in its own way.

A toxic is registered where it is defined, in a file of its own in harness/proxy/toxics. It is immutable and shared by every
connection; what it needs to remember about one of them lives in that connection's Pipe, which is a stage of its stream.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed
from typing import ClassVar, Protocol, TypeVar

from harness.direction import Direction

KIB = 1024
T = TypeVar("T", bound="type[Toxic]")


class Pipe(Protocol):
    """What a toxic may do with one stream of one connection: a queue of pieces, as they came in."""

    random: Random  # of this toxic on this connection
    passed: int  # bytes let through since the toxic was added

    @property
    def arrived(self) -> float:
        """When the piece at the head came in, by the clock of `now`."""

    async def arrival(self, patience_s: float | None = None) -> int | None:
        """Wait for bytes; the size of the piece at the head, None when the source has ended and all has been let through.

        Raises TimeoutError when there is nothing for `patience_s`.
        """

    def forward(self, size: int | None = None) -> None:
        """Let the piece at the head through, or its first `size` bytes."""

    def drop(self, size: int | None = None) -> None:
        """Throw the piece at the head away, or its first `size` bytes."""

    def reset(self) -> None:
        """Break the connection: both ends get a TCP reset."""

    def now(self) -> float:
        """The clock of `arrived`, in seconds."""

    async def sleep(self, seconds: float) -> None:
        """Wait at least that long. Less than a millisecond is waited for busily, as timers have a resolution of 1 ms."""

    async def sleep_until(self, moment: float) -> None:
        """Wait until `now` is at least `moment`, and give others a turn in any case."""


class Toxic(ABC):
    """Attributes of a toxic (a frozen dataclass of whole numbers that default to 0) and what they do to a stream.

    Attributes that make no sense raise ValueError in `__post_init__`.
    """

    type: ClassVar[str]
    capacity: ClassVar[int] = 64 * KIB  # bytes of memory it may hold before the source is no longer read
    removal_closes: ClassVar[bool] = False  # taking it off a live stream ends that stream
    update_releases: ClassVar[bool] = True  # a change of it passes on the held bytes

    @abstractmethod
    async def act(self, pipe: Pipe) -> None:
        """Let the stream's bytes through, late, in pieces or not at all; to return is to end the stream there.

        It is cancelled when the toxic is changed or removed, and what it has not let through goes on its way: there is
        nothing to clean up, so it must not catch CancelledError.
        """


TYPES: dict[str, type[Toxic]] = {}


def toxic(name: str) -> Callable[[T], T]:
    """Register a toxic under the type that the API knows it by."""

    def register(cls: T) -> T:
        if TYPES.setdefault(name, cls) is not cls:
            raise ValueError(f"two toxics are called {name}")
        cls.type = name
        return cls

    return register


@dataclass(frozen=True)
class PlacedToxic:
    """A toxic in its place: one stream of one proxy. `ordinal` counts those of this name."""

    name: str
    stream: Direction
    toxicity: float  # share of the connections that it acts on, 0 to 1
    toxic: Toxic
    ordinal: int
