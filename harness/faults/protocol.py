"""The protocol by which the engine injects, proves and heals a fault."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from harness.faults.spec import FaultSpec

S_contra = TypeVar("S_contra", contravariant=True)


class AssumptionError(Exception):
    """The run would prove nothing from the start, e.g. because a fault's target does not exist."""


@dataclass(frozen=True)
class Proof:
    """Whether a fault showed its effect, and the evidence."""

    effective: bool
    detail: str


class Fault(Protocol[S_contra]):
    """A fault with its injection, proof and healing."""

    @property
    def spec(self) -> FaultSpec:
        """What it is, as data."""

    @property
    def hit(self) -> tuple[str, ...]:
        """The members that it hit, where that is known only during the run; empty otherwise, and before."""

    async def assume(self, subject: S_contra) -> None:
        """Check whether it can be injected. Raises AssumptionError."""

    async def inject(self, subject: S_contra) -> None:
        """Inject it; returns when it is in force."""

    async def prove(self, subject: S_contra) -> Proof:
        """Check, while it is in force, whether it has its effect.

        Called right after the injection; when that shows no effect, again right before healing, and the last result counts.
        """

    async def heal(self, subject: S_contra) -> str:
        """Undo it, also when it was injected in part; returns the evidence that the target works again."""
