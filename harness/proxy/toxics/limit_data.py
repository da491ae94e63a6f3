"""limit_data: after so many bytes the connection is closed."""

from dataclasses import dataclass

from harness.proxy.stage import Stage
from harness.proxy.toxic import Toxic, toxic


@toxic("limit_data")
@dataclass(frozen=True)
class LimitData(Toxic):
    """`bytes` counts from when the toxic was added to the connection; a change of it does not start the count anew."""

    bytes: int = 0

    async def act(self, stage: Stage) -> None:
        """See Toxic."""
        while (there := await stage.arrival()) is not None:
            if allowed := min(max(self.bytes - stage.passed, 0), there):
                stage.forward(allowed)
            if stage.passed >= self.bytes:
                return
