"""What the deaths of a member have in common: how one looks, how it is proved, and the way back.

The way back is a start on the same ports with the data kept; it counts only when the process is another one and
ready.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

from harness.experiment import AssumptionError, Proof
from harness.stack.capabilities import Kill, Restart
from harness.stack.errors import NoSuchMember

HOST = "127.0.0.1"
READY_S = 45.0
"""How long a member may take to be ready again."""


class InstanceLike(Protocol):
    """One member at one moment."""

    @property
    def pid(self) -> int | None:
        """Its first process."""

    @property
    def alive(self) -> bool:
        """Whether that runs."""

    @property
    def ports(self) -> Mapping[str, int]:
        """Where it listens."""


class Members(Protocol):
    """What these faults need of a stack."""

    def can(self, name: str, capability: type[Kill] | type[Restart]) -> bool:
        """Whether a member has a capability. Raises NoSuchMember."""

    def instance(self, name: str) -> InstanceLike:
        """A member as it is now."""

    def kill(self, name: str) -> None:
        """SIGKILL; returns when it is gone."""

    def terminate(self, name: str, grace_s: float = ...) -> None:
        """SIGTERM; returns when it is gone."""

    def boot(self, name: str) -> None:
        """Start it again."""

    def wait_ready(self, name: str, timeout_s: float = ...) -> None:
        """Return when it is ready."""


class HasMembers(Protocol):
    """A subject whose members can die."""

    @property
    def stack(self) -> Members:
        """Its members."""


class Death(ABC):
    """A member goes away and comes back. Subclasses say how it goes."""

    needs: tuple[type[Kill] | type[Restart], ...] = (Restart,)

    def __init__(self, target: str) -> None:
        self.target = target
        self._pid: int | None = None

    @abstractmethod
    def end(self, stack: Members) -> None:
        """Make the target end; returns when its process is gone."""

    async def assume(self, subject: HasMembers) -> None:
        """See Fault."""
        stack = subject.stack
        try:
            missing = [capability.__name__ for capability in self.needs if not stack.can(self.target, capability)]
            alive = stack.instance(self.target).alive
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error
        if missing:
            raise AssumptionError(f"{self.target} lacks {' and '.join(missing)} with this provider")
        if not alive:
            raise AssumptionError(f"{self.target} does not run")

    async def inject(self, subject: HasMembers) -> None:
        """See Fault."""
        self._pid = subject.stack.instance(self.target).pid
        await asyncio.to_thread(self.end, subject.stack)

    async def prove(self, subject: HasMembers) -> Proof:
        """See Fault."""
        instance = await asyncio.to_thread(subject.stack.instance, self.target)
        listening = [port for port in instance.ports.values() if await _listens(port)]
        gone = f"process {self._pid} is {'alive' if instance.alive else 'gone'}"
        ports = f"something listens on {', '.join(map(str, listening))}" if listening else "its ports refuse connections"
        return Proof(effective=not instance.alive and not listening, detail=f"{gone}, {ports}")

    async def heal(self, subject: HasMembers) -> str:
        """See Fault."""
        return await asyncio.to_thread(self._revive, subject.stack)

    def _revive(self, stack: Members) -> str:
        if not stack.instance(self.target).alive:
            stack.boot(self.target)
        stack.wait_ready(self.target, READY_S)
        return f"process {stack.instance(self.target).pid} is ready in place of {self._pid}"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
