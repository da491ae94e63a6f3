"""A running system on a stack, as a harness.experiment.Subject, without the parts that are specific to the system.

A system adds `steady`, `outstanding` and `observe`, and as data its `lanes` and its `known_watchers`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Any, ClassVar, Self

from harness.experiment import Context
from harness.experiment.presentation import LaneSpec, Presentation
from harness.history import Row
from harness.proxy.client import ProxyClient
from harness.stack.errors import StackError
from harness.stack.topology import Role
from harness.system.cpu import CpuMeter
from harness.system.sources import RunningStack
from harness.system.starting import tails
from harness.system.topology import topology_of
from harness.system.versions import versions
from harness.system.watchers import Watcher, watching


class StackSubject(ABC):
    """`stack` is ready while the subject is open (`async with`). `watchers` names those active in this run."""

    lanes: ClassVar[tuple[LaneSpec, ...]] = ()
    """Which observations are drawn as lanes."""
    known_watchers: ClassVar[Mapping[str, Watcher[Any]]] = {}
    """Watchers of the system's events, by name."""

    def __init__(self, stack: RunningStack, watchers: Sequence[str] = ()) -> None:
        self.stack = stack
        self.watchers = tuple(watchers)
        self._cpu = CpuMeter()
        self.leaving = AsyncExitStack()
        """Closed with the subject: its own clients."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leaving.aclose()

    # -- what a system adds ------------------------------------------------------------------------------------------

    @abstractmethod
    async def steady(self, context: Context) -> None:
        """See Subject."""

    @abstractmethod
    async def outstanding(self) -> Sequence[str]:
        """See Subject."""

    @abstractmethod
    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        """See Subject."""

    # -- common to all systems on a stack ---------------------------------------------------------------------------

    @property
    def proxy(self) -> ProxyClient:
        """The control API of the proxy that carries the edges; use with `async with`. Raises StackError when there is none."""
        if self.stack.proxy_url is None:
            raise StackError("the edges of this system run through no proxy")
        return ProxyClient(self.stack.proxy_url)

    def watching(self, context: Context) -> AbstractAsyncContextManager[None]:
        """See Subject. Raises KeyError for an unknown watcher."""
        return watching({name: self.known_watchers[name] for name in self.watchers}, self, context)

    async def facts(self) -> Mapping[str, str]:
        """See Subject."""
        return {
            "provider": self.stack.manifest.provider,
            "instances": await asyncio.to_thread(self._instances),
            **await versions(self.stack),
        }

    def presentation(self) -> Presentation:
        """See Subject. Raises TopologyError when its services.toml has gone."""
        return Presentation(lanes=self.lanes, topology=topology_of(self.stack))

    async def usage(self) -> Mapping[str, float]:
        """See Subject. Members in containers are missing."""
        return await asyncio.to_thread(self._sample)

    def logs(self) -> Mapping[str, str]:
        """See Subject."""
        return tails(self.stack)

    def _sample(self) -> Mapping[str, float]:
        return self._cpu.sample(self.stack.manifest.members)

    def _instances(self) -> str:
        services = [instance.service for instance in self.stack.instances() if instance.role is Role.SERVICE]
        return ", ".join(f"{number} {name}" for name, number in Counter(services).items())
