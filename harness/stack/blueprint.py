"""What is to be built: the choices of one stack, decided before anything is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.seed import Seed
from harness.stack.carriers import Carrier
from harness.stack.carriers.processes import OwnProxy
from harness.stack.instances import Planned
from harness.stack.marker import Mark
from harness.stack.ports import Ports
from harness.stack.provider import Provider
from harness.stack.stack_folder import StackFolder
from harness.stack.topology import Topology


@dataclass(frozen=True)
class Blueprint:
    """What is to be built, where, and under which mark. `secrets` has every secret; `overrides` is per service or server.

    With a seed in `proxied` the edges run through `carrier`, which is started with that seed. `next_build` is the topology of
    another build of the same services, which its instances can be started from later.
    """

    mark: Mark
    topology: Topology
    provider: Provider
    planned: tuple[Planned, ...]
    run: StackFolder
    ports: Ports
    secrets: Mapping[str, str]
    overrides: Mapping[str, Mapping[str, str]]
    proxied: Seed | None = None
    carrier: Carrier = field(default_factory=OwnProxy)
    next_build: Topology | None = None
