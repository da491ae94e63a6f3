"""What every fault on a stack has in common: creation from a spec, and a check of its targets and their capabilities."""

from abc import ABC, abstractmethod
from typing import ClassVar

from harness.faults.control import HasStack
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.spec import FaultSpec, SpecError
from harness.stack.errors import NoSuchMember
from harness.stack.provider import Capability


class StackFault(ABC):
    """A fault on members and edges of a stack. `hit` are the members that it hit, where that is known only during the run."""

    needs: ClassVar[tuple[Capability, ...]] = ()
    """Capabilities that each of its members must have."""
    alive: ClassVar[bool] = False
    """Whether its members must be alive."""

    def __init__(self, spec: FaultSpec) -> None:
        if not spec.members and not spec.edges:
            raise SpecError(f"{spec.kind} is done to no member and no edge")
        self.spec = spec
        self.hit: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        """Its one member. Raises SpecError when there are several or none."""
        if len(self.spec.members) != 1:
            raise SpecError(f"{self.spec.kind} is done to one member, not to {len(self.spec.members)}")
        return self.spec.members[0]

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        for name in self.spec.members:
            self._assume_member(subject, name)
        if not self.spec.edges:
            return
        known = subject.stack.edges()
        if not known:
            raise AssumptionError("the edges of this stack run through no proxy")
        for edge in self.spec.edges:
            if edge.name not in known:
                raise AssumptionError(f"no edge that runs through a proxy is called {edge.name}")

    def _assume_member(self, subject: HasStack, name: str) -> None:
        try:
            missing = [each.__name__ for each in self.needs if not subject.stack.can(name, each)]
            alive = subject.stack.instance(name).alive
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error
        if missing:
            raise AssumptionError(f"{name} is not {' and '.join(missing)} with this provider")
        if self.alive and not alive:
            raise AssumptionError(f"{name} does not run")

    @abstractmethod
    async def inject(self, subject: HasStack) -> None:
        """See Fault."""

    @abstractmethod
    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""

    @abstractmethod
    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
