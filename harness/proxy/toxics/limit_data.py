"""limit_data: after so many bytes the connection is closed."""

from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("limit_data")
@dataclass(frozen=True)
class LimitData(Toxic):
    """`bytes` counts from when the toxic was added to the connection; a change of it does not start the count anew."""

    bytes: int = 0

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        while (there := await pipe.arrival()) is not None:
            if allowed := min(max(self.bytes - pipe.passed, 0), there):
                pipe.forward(allowed)
            if pipe.passed >= self.bytes:
                return
