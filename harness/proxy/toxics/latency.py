"""latency: every piece arrives later; pieces stay in order and overtake nobody, as on a long line."""

from dataclasses import dataclass
from typing import ClassVar

from harness.proxy.stage import Stage
from harness.proxy.toxic import KIB, Toxic, toxic


@toxic("latency")
@dataclass(frozen=True)
class Latency(Toxic):
    """Times are in ms; each piece is delayed by latency ± jitter, drawn anew for each. The end of the stream is not delayed."""

    latency: int = 0
    jitter: int = 0

    capacity: ClassVar[int] = 32 * KIB * KIB  # a long line holds a lot

    async def act(self, stage: Stage) -> None:
        """See Toxic."""
        while await stage.arrival() is not None:
            await stage.sleep_until(stage.arrived + self._delay_ms(stage) / 1000)
            stage.forward()

    def _delay_ms(self, stage: Stage) -> int:
        return self.latency + (stage.random.randrange(-self.jitter, self.jitter) if self.jitter > 0 else 0)
