"""The vocabulary of sagas: persisted step lists, each step with its compensation (Garcia-Molina & Salem, "Sagas", 1987).

A saga is about one subject (an order). Its steps run in order; a step that is *refused* for good turns the saga around, and
the steps done so far are undone in reverse; a step that merely *failed* is tried again until it answers. Steps act on a
batch of sagas at once, so a flash sale pays for one call and one commit per batch; a batch of one is the same code. Each saga
of a batch has an outcome of its own: one that cannot succeed holds up no other.
The engine that runs them is saga_engine.py; saga_store.py is what it writes.
"""

import asyncio
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
    """How often in a row its step had no answer."""
    defects: int = 0
    """How many of those attempts failed although nothing was away."""
    reason: str = ""


@dataclass(frozen=True)
class Done:
    """The step has its effect. `data` is kept for later steps."""

    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A definite no: the saga turns around. `reason` is a constant such as OUT_OF_STOCK.

    With `effect`, the step has had an effect all the same, and is undone like those before it.
    """

    reason: str
    effect: bool = False


@dataclass(frozen=True)
class Failed:
    """No answer, or none that is understood: the step is to be done again later. The effect may be there."""

    error: Exception


Outcome = Done | Refused | Failed
Action = Callable[[Sequence[Saga]], Awaitable[Sequence[Outcome]]]
"""Asks another service, idempotent by (saga, step). One outcome per saga; to raise is to have no outcome for any of them."""
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


async def each(sagas: Sequence[Saga], act: Callable[[Saga], Awaitable[Outcome]]) -> list[Outcome]:
    """Do an action for each saga of a batch at the same time; one that raises has failed, and no other with it."""

    async def tried(saga: Saga) -> Outcome:
        try:
            return await act(saga)
        except Exception as error:  # noqa: BLE001 - the engine tells what may be tried again from what is a defect
            return Failed(error)

    return await asyncio.gather(*(tried(saga) for saga in sagas))
