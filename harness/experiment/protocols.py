"""What an experiment brings along: a system to start, the subject to watch, a workload and faults.

The engine calls these and knows nothing else of the system under test. Everything here may be implemented by a fake.
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
    """The system is not well before anything was done to it."""


class Subject(Protocol):
    """A running system, as the engine sees it."""

    async def steady(self, context: Context) -> None:
        """Show that the system is well, by health and by doing one real thing. Raises NotSteadyError."""

    def watching(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Record as events what is seen to happen in the system, from before the workload until it is at rest.

        When that fails, it is on record as a failed stage at once, and `context.abort` is called.
        """

    async def outstanding(self) -> Sequence[str]:
        """What has not come to rest yet, in words with figures ("3 orders PENDING"); empty when all is at rest."""

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        """Rows by subject, in the shapes that the guarantees read: at rest, or where rest was not reached, at present.

        Rows of one schema are of one moment.
        """

    async def facts(self) -> Mapping[str, str]:
        """What a reader wants to know of the system: provider, instances, versions of servers."""

    def presentation(self) -> Presentation:
        """How it is drawn: what calls what, and which observations become lanes."""

    async def usage(self) -> Mapping[str, float]:
        """CPU-seconds by member since it was asked for the first time; members that nobody can meter are missing."""

    def logs(self) -> Mapping[str, str]:
        """The end of every member's log, by member."""


class System(Protocol[S_co]):
    """A system that can be started for a run."""

    def inventory(self, choices: Choices) -> Inventory:
        """What faults can be done to, before it is started. Raises AssumptionError, or what hinders it from being known."""

    def started(self, context: Context) -> AbstractAsyncContextManager[S_co]:
        """Start it; whatever was started is stopped on leaving, however one leaves."""


class Workload(Protocol[S_contra]):
    """What clients do. Every operation goes through `context.recorder`."""

    async def prepare(self, subject: S_contra, context: Context) -> Drive:
        """Make what the clients need (accounts, goods), before the faults and outside their reach.

        Returns what is to be run then: it does the operations and returns when the last one ended.
        """
