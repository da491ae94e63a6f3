"""What a stack tells while it starts and stops: for progress on a terminal, and for the lanes of a report."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a member is on its way."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    NOTE = "note"


@dataclass(frozen=True)
class StackEvent:
    """One step of one member. `seconds` is the time since that step began (READY, STOPPED), otherwise 0."""

    phase: Phase
    name: str
    seconds: float = 0.0
    detail: str = ""


Progress = Callable[[StackEvent], None]


def silent(_event: StackEvent) -> None:
    """A Progress for those who do not care."""
