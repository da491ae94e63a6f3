"""bandwidth: bytes flow at a steady rate, without bursts, per connection and direction."""

import asyncio
from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic

_BYTES_PER_MS = 1  # one KB/s, in the 1000-byte KB of Toxiproxy
_SLICE_MS = 10  # how finely the flow is cut
_LAG_MS = 100  # how far behind its schedule it may be and still catch up


@toxic("bandwidth")
@dataclass(frozen=True)
class Bandwidth(Toxic):
    """`rate` is in KB/s (1000 bytes); at 0 nothing passes."""

    rate: int = 0

    def __post_init__(self) -> None:
        if self.rate < 0:
            raise ValueError("rate must not be negative")

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        speed = self.rate * _BYTES_PER_MS * 1000
        due = 0.0
        while (there := await pipe.arrival()) is not None:
            if not speed:
                await asyncio.get_running_loop().create_future()
            size = min(there, speed * _SLICE_MS // 1000)
            due = max(due, pipe.arrived) + size / speed
            await pipe.sleep_until(due)
            due = max(due, pipe.now() - _LAG_MS / 1000)
            pipe.forward(size)
