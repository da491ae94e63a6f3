"""reset_peer: the connection breaks with a TCP reset, `timeout` ms after the first data or end of the stream."""

from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("reset_peer")
@dataclass(frozen=True)
class ResetPeer(Toxic):
    """`timeout` is in ms from the first data or end of the stream; its data is not delivered."""

    timeout: int = 0

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        await pipe.arrival()
        await pipe.sleep(self.timeout / 1000)
        pipe.reset()
