"""slow_close: data flows, the end of the stream comes late."""

from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("slow_close")
@dataclass(frozen=True)
class SlowClose(Toxic):
    """`delay` is in ms."""

    delay: int = 0

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        while await pipe.arrival() is not None:
            pipe.forward()
        await pipe.sleep(self.delay / 1000)
