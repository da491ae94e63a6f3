"""A system on a stack, declared as data: topology, instances, settings, and the subject that represents it when it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from harness.experiment import Choices, Context, Experiment
from harness.faults.inventory import Inventory
from harness.stack.attach import attach
from harness.stack.topology import Topology
from harness.system.needs import StackNeeds
from harness.system.sources import RunningStack, source_of
from harness.system.subject import StackSubject
from harness.system.topology import planned_inventory, running_inventory

S = TypeVar("S", bound=StackSubject)

_LOOK_S = 5.0


@dataclass(frozen=True, kw_only=True)
class StackSystem(Generic[S]):
    """`subject` makes the running system of a stack that is ready and the names of its watchers.

    `topology` is its services.toml, unless another build is chosen for a run; `instances` of services (default 1) and
    `environment` variables of services. `proxied` edges can be cut and delayed; `watchers` names the active ones.
    """

    subject: Callable[[RunningStack, tuple[str, ...]], S]
    topology: Path
    instances: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proxied: bool = False
    watchers: tuple[str, ...] = ()

    def needs(self, topology: Path | None = None) -> StackNeeds:
        """Its requirements on a stack, with another build's `topology` if given."""
        return StackNeeds(
            topology=topology or self.topology, instances=self.instances, environment=self.environment, proxied=self.proxied
        )

    def inventory(self, choices: Choices) -> Inventory:
        """See System. Raises TopologyError; NotAttachable for a stack that does not run."""
        if choices.stack is not None:
            return running_inventory(attach(choices.stack))
        needs = self.needs(choices.topology)
        return planned_inventory(Topology.load(needs.topology), needs.instances, proxied=needs.proxied)

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[S]:
        """See System. Raises StackError."""
        source = source_of(context.choices)
        needs = self.needs(context.choices.topology)
        async with source.ready(needs, context) as stack, self.subject(stack, self.watchers) as subject:
            yield subject
            source.leave(at_rest=await _at_rest(subject))


def grouped(experiments: Iterable[Experiment[Any]]) -> list[Experiment[Any]]:
    """Experiments reordered so that those with equal stacks are consecutive, groups in the order of their first."""
    groups: list[tuple[object, list[Experiment[Any]]]] = []
    for each in experiments:
        needs = each.system.needs() if isinstance(each.system, StackSystem) else each.system
        group = next((members for key, members in groups if key == needs), None)
        if group is None:
            groups.append((needs, [each]))
        else:
            group.append(each)
    return [each for _, members in groups for each in members]


async def _at_rest(subject: StackSubject) -> bool:
    """Whether nothing is outstanding; False when that cannot be told soon."""
    try:
        async with asyncio.timeout(_LOOK_S):
            return not await subject.outstanding()
    except Exception:  # noqa: BLE001 - whatever a system's own question ends with, it is not known to be at rest
        return False
