"""What every fault is to the engine that injects and heals it, whatever it is done to."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from harness.faults.spec import FaultSpec

S_contra = TypeVar("S_contra", contravariant=True)


class AssumptionError(Exception):
    """The run would prove nothing from the start, e.g. because a fault's target does not exist."""


@dataclass(frozen=True)
class Proof:
    """Whether a fault showed the effect that it claims, and by what."""

    effective: bool
    detail: str


class Fault(Protocol[S_contra]):
    """Something bad that can be done to a system and undone again. Carries its own healing."""

    @property
    def spec(self) -> FaultSpec:
        """What it is, as data."""

    @property
    def hit(self) -> tuple[str, ...]:
        """The members that it really hit, where only the run shows which; empty otherwise, and before."""

    async def assume(self, subject: S_contra) -> None:
        """Look whether it can be injected at all. Raises AssumptionError."""

    async def inject(self, subject: S_contra) -> None:
        """Do it; returns when it is in force."""

    async def prove(self, subject: S_contra) -> Proof:
        """Look, while it is in force, whether it has the effect that it claims.

        Asked right after the injection; where that shows no effect yet, once more right before it heals, and that counts.
        """

    async def heal(self, subject: S_contra) -> str:
        """Undo it, also when it was only half injected; returns what was seen once the target was well again."""
