"""What a toxic is: attributes, and one method that lets a stream's bytes through in its own way.

A toxic is registered where it is defined, in a file of its own in harness/proxy/toxics. It is immutable and shared by every
connection; what it needs to remember about one of them lives in that connection's Stage.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from harness.proxy.direction import Direction
from harness.proxy.stage import Stage

KIB = 1024
T = TypeVar("T", bound="type[Toxic]")


class Toxic(ABC):
    """Attributes of a toxic (a frozen dataclass of whole numbers that default to 0) and what they do to a stream.

    Attributes that make no sense raise ValueError in `__post_init__`.
    """

    type: ClassVar[str]
    capacity: ClassVar[int] = 64 * KIB  # bytes it may hold before the source is no longer read
    removal_closes: ClassVar[bool] = False  # taking it off a live stream ends that stream
    update_releases: ClassVar[bool] = True  # a change of it lets go what it holds

    @abstractmethod
    async def act(self, stage: Stage) -> None:
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
