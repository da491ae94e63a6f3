"""The vocabulary of sagas: persisted step lists, each step with its compensation (Garcia-Molina & Salem, "Sagas", 1987).

A saga is about one subject (an order). Its steps run in order; a step that is *refused* for good turns the saga around, and
the steps done so far are undone in reverse; a step that merely *failed* is tried again until it answers. Steps act on a
batch of sagas at once, so a flash sale pays for one call and one commit per batch; a batch of one is the same code.
The engine that runs them is saga_engine.py.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from system.common.database import Transaction


class State(StrEnum):
    """Where a saga is."""

    RUNNING = "RUNNING"
    COMPENSATING = "COMPENSATING"
    DONE = "DONE"
    COMPENSATED = "COMPENSATED"

    @property
    def at_rest(self) -> bool:
        """Whether nothing more will happen."""
        return self in (State.DONE, State.COMPENSATED)


@dataclass(frozen=True)
class Saga:
    """One saga as persisted. `lease` is the claim it runs under; `step` is the next step to do (or, compensating, to undo)."""

    id: str
    kind: str
    subject: str
    lease: str
    data: Mapping[str, str] = field(default_factory=dict)
    state: State = State.RUNNING
    step: int = 0
    attempts: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Done:
    """The step has its effect. `data` is kept for later steps."""

    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A definite no, without any effect: the saga turns around. `reason` is a constant such as OUT_OF_STOCK."""

    reason: str


Outcome = Done | Refused
Action = Callable[[Sequence[Saga]], Awaitable[Sequence[Outcome]]]
"""Asks another service, idempotent by (saga, step). One outcome per saga; raises ShopError to be asked again later."""
LocalAction = Callable[[Transaction, Sequence[Saga]], Awaitable[None]]
"""Changes the service's own rows, in the transaction that moves the sagas on."""


@dataclass(frozen=True)
class Remote:
    """A step in another service, and what undoes it."""

    name: str
    act: Action
    undo: Action | None = None


@dataclass(frozen=True)
class Local:
    """A step in this service's own database. It cannot be refused, so it needs no undoing: put it last."""

    name: str
    act: LocalAction


@dataclass(frozen=True)
class Definition:
    """A business process: remote steps, the local step that ends it well, and the one that ends it after undoing."""

    kind: str
    steps: tuple[Remote, ...]
    finish: Local
    give_up: Local
