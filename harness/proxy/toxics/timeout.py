"""timeout: data vanishes, and after a silence the connection is closed."""

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("timeout")
@dataclass(frozen=True)
class Timeout(Toxic):
    """`timeout` is in ms without data in the stream; at 0 the connection stays open. Removal closes the connections."""

    timeout: int = 0

    removal_closes: ClassVar[bool] = True  # the peers have lost bytes: continuing would deliver an incomplete stream

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        patience_s = self.timeout / 1000 if self.timeout > 0 else None
        with suppress(TimeoutError):
            while await pipe.arrival(patience_s) is not None:
                pipe.drop()
