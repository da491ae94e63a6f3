"""The events of a stack's start and stop, for a terminal or the record of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """The state of a member during start and stop."""

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
    """A Progress that ignores all events."""
