"""stall: bytes wait until the toxic is removed, and arrive late and complete, as over TCP after a partition has healed.

An extension of this project: a real Toxiproxy answers `invalid toxic type`. (`timeout` drops the bytes instead.)
"""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from harness.proxy.toxic import Pipe, Toxic, toxic


@toxic("stall")
@dataclass(frozen=True)
class Stall(Toxic):
    """Has no attributes. The end of the stream waits as well. Beyond `capacity` the source is no longer read.

    A change of the toxicity releases nothing from the connections it still acts on.
    """

    update_releases: ClassVar[bool] = False

    async def act(self, pipe: Pipe) -> None:
        """See Toxic."""
        await asyncio.get_running_loop().create_future()
