"""A system on a stack, declared as data: what it is built from, how many of each, and who is asked once it runs."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from harness.experiment import Context
from harness.system.sources import RunningStack, StackNeeds, source_of
from harness.system.subject import StackSubject

S = TypeVar("S", bound=StackSubject)


@dataclass(frozen=True, kw_only=True)
class StackSystem(Generic[S]):
    """`subject` makes the running system of a stack that is ready and the names of its watchers.

    `topology` is its services.toml, unless another build is chosen for a run; `instances` of services (default 1) and
    `environment` variables of services. `proxied` edges can be broken and slowed down; `watchers` name what is seen to happen.
    """

    subject: Callable[[RunningStack, tuple[str, ...]], S]
    topology: Path
    instances: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proxied: bool = False
    watchers: tuple[str, ...] = ()

    def needs(self, topology: Path | None = None) -> StackNeeds:
        """What it needs of a stack, of another build's `topology` when there is one."""
        return StackNeeds(
            topology=topology or self.topology, instances=self.instances, environment=self.environment, proxied=self.proxied
        )

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[S]:
        """See System. Raises StackError."""
        source = source_of(context.choices)
        needs = self.needs(context.choices.topology)
        async with source.ready(needs, context) as stack, self.subject(stack, self.watchers) as subject:
            yield subject
