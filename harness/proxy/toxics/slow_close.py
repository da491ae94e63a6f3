"""slow_close: data flows, the end of the stream comes late."""

from dataclasses import dataclass

from harness.proxy.stage import Stage
from harness.proxy.toxic import Toxic, toxic


@toxic("slow_close")
@dataclass(frozen=True)
class SlowClose(Toxic):
    """`delay` is in ms."""

    delay: int = 0

    async def act(self, stage: Stage) -> None:
        """See Toxic."""
        while await stage.arrival() is not None:
            stage.forward()
        await stage.sleep(self.delay / 1000)
