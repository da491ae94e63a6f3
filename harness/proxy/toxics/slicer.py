"""slicer: data arrives in small pieces, as it may over any network; for peers that take one read for one message."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("slicer")
@dataclass(frozen=True)
class Slicer(Toxic):
    """Pieces of about `average_size` ± `size_variation` bytes, with `delay` µs after each."""

    average_size: int = 0
    size_variation: int = 0
    delay: int = 0

    def __post_init__(self) -> None:
        if self.average_size <= 0:
            raise ValueError("average_size must be greater than 0")
        if self.size_variation < 0:
            raise ValueError("size_variation must not be negative")

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        while (there := await pipe.arrival()) is not None:
            for size in self._sizes(there, pipe):
                pipe.forward(size)
                await pipe.sleep(self.delay / 1_000_000)

    def _sizes(self, whole: int, pipe: Pipe) -> Iterator[int]:
        """Halve, at a point that varies, until a piece is small enough: no piece is a remainder."""
        pending = [whole]
        while pending:
            size = pending.pop()
            if size - self.average_size <= self.size_variation:
                yield size
                continue
            shift = pipe.random.randrange(-self.size_variation, self.size_variation) if self.size_variation else 0
            left = min(max(size // 2 + shift, 1), size - 1)
            pending += (size - left, left)
