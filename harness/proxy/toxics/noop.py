"""noop: lets everything through, to see what a toxic costs by itself."""

from dataclasses import dataclass

from harness.proxy.stage import Stage
from harness.proxy.toxic import Toxic, toxic


@toxic("noop")
@dataclass(frozen=True)
class Noop(Toxic):
    """Has no attributes."""

    async def act(self, stage: Stage) -> None:
        """See Toxic."""
        while await stage.arrival() is not None:
            stage.forward()
