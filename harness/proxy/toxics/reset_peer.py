"""reset_peer: the connection breaks with a TCP reset, some time after the stream first has something to say."""

from dataclasses import dataclass

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("reset_peer")
@dataclass(frozen=True)
class ResetPeer(Toxic):
    """`timeout` is in ms from the first data or end of the stream; what the stream says is not delivered."""

    timeout: int = 0

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        await pipe.arrival()
        await pipe.sleep(self.timeout / 1000)
        pipe.reset()
