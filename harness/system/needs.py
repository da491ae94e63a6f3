"""The requirements of a system on its stack, and a new stack that meets them."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.seed import Seed
from harness.stack.scratch import Scratch
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from harness.system.placement import Placement


@dataclass(frozen=True, kw_only=True)
class StackNeeds:
    """Requirements on a stack: its services.toml, how many `instances` of services (default 1), their `environment`.

    With `proxied` its edges run through a proxy. `next_build` is the services.toml of another build, which instances can be
    started from later.
    """

    topology: Path
    instances: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proxied: bool = False
    next_build: Path | None = None

    @property
    def command(self) -> str:
        """The command line that starts a stack with all of it, to be attached to."""
        words = ["gauntlet", "up", "--detach", *(["--proxied"] if self.proxied else [])]
        words += [word for service, count in self.instances.items() for word in ("--instances", f"{service}={count}")]
        words += [
            word
            for service, variables in self.environment.items()
            for variable, value in variables.items()
            for word in ("--set", f"{service}.{variable}={value}")
        ]
        return shlex.join(words)

    def new_stack(self, placement: Placement, folder: Path, seed: Seed, scratch: Scratch | None = None) -> Stack:
        """A stack that meets them, not started. Raises StackError."""
        return Stack(
            Topology.load(self.topology),
            placement.provider,
            folder=folder,
            instances=self.instances,
            environment=self.environment,
            proxied=seed if self.proxied else None,
            carrier=placement.carrier,
            scratch=scratch,
            next_build=Topology.load(self.next_build) if self.next_build is not None else None,
        )
