"""latency: every piece arrives later; pieces stay in order, as on a link of high latency."""

from dataclasses import dataclass
from typing import ClassVar

from harness.proxy.toxic import KIB, Pipe, Toxic, toxic


@toxic("latency")
@dataclass(frozen=True)
class Latency(Toxic):
    """Times are in ms; each piece is delayed by latency ± jitter, drawn anew for each. The end of the stream is not delayed."""

    latency: int = 0
    jitter: int = 0

    capacity: ClassVar[int] = 32 * KIB * KIB  # bytes in flight on a slow link

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        while await pipe.arrival() is not None:
            await pipe.sleep_until(pipe.arrived + self._delay_ms(pipe) / 1000)
            pipe.forward()

    def _delay_ms(self, pipe: Pipe) -> int:
        return self.latency + (pipe.random.randrange(-self.jitter, self.jitter) if self.jitter > 0 else 0)
