"""noop: passes everything, to measure the cost of a toxic by itself."""

from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("noop")
@dataclass(frozen=True)
class Noop(Toxic):
    """Has no attributes."""

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        while await pipe.arrival() is not None:
            pipe.forward()
