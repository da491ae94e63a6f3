"""The protocols that an experiment's parts implement: a system to start, the running subject, a workload.

The engine uses the system under test through these only, so tests can run it with fakes.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from harness.experiment.context import Choices, Context
from harness.experiment.presentation import Presentation
from harness.faults.inventory import Inventory
from harness.faults.protocol import AssumptionError, Fault, Proof
from harness.history import Row

__all__ = ["AssumptionError", "Drive", "Fault", "NotSteadyError", "Proof", "Subject", "System", "Workload"]

S = TypeVar("S", bound="Subject")
S_co = TypeVar("S_co", bound="Subject", covariant=True)
S_contra = TypeVar("S_contra", contravariant=True)


Drive = Callable[[], Coroutine[Any, Any, None]]
"""Does a workload's operations."""


class NotSteadyError(Exception):
    """The system is unhealthy before the first fault."""


class Subject(Protocol):
    """A running system, as the engine sees it."""

    async def steady(self, context: Context) -> None:
        """Check the steady state, by health endpoints and one real operation. Raises NotSteadyError."""

    def watching(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Record events that happen in the system, from before the workload until it is at rest.

        A failure is recorded as a failed stage at once, and `context.abort` is called.
        """

    async def outstanding(self) -> Sequence[str]:
        """What is not at rest, as text with numbers ("3 orders PENDING"); empty at rest."""

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        """Rows by subject, in the shapes that the guarantees read: at rest, or where rest was not reached, at present.

        Rows of one schema are one snapshot.
        """

    async def facts(self) -> Mapping[str, str]:
        """Facts of the system for reports: provider, instances, versions of servers."""

    def presentation(self) -> Presentation:
        """How it is drawn: the topology graph, and which observations become lanes."""

    async def usage(self) -> Mapping[str, float]:
        """CPU-seconds by member since the first call; members without measurements are missing."""

    def logs(self) -> Mapping[str, str]:
        """The end of every member's log, by member."""


class System(Protocol[S_co]):
    """A system that can be started for a run."""

    def inventory(self, choices: Choices) -> Inventory:
        """The targets of faults, before it is started. Raises AssumptionError, or what reading the topology raises."""

    def started(self, context: Context) -> AbstractAsyncContextManager[S_co]:
        """Start it; whatever was started is stopped when the block ends, also by an exception."""


class Workload(Protocol[S_contra]):
    """What clients do. Every operation goes through `context.recorder`."""

    async def prepare(self, subject: S_contra, context: Context) -> Drive:
        """Create what the clients need (accounts, goods), before the faults begin.

        Returns the function to run then: it does the operations and returns when the last one ended.
        """
