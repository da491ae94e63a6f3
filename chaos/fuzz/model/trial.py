"""Plays examples for as long as there is time, keeps the shortest sequence that the model cannot explain, and prints it."""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import hypothesis
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from chaos.fuzz.model.example import Example, UnexplainedError
from chaos.fuzz.model.intents import Intent
from chaos.fuzz.model.machine import ShopMachine
from chaos.fuzz.model.sending import InconclusiveError, Sender
from chaos.fuzz.model.setting import Staff
from harness.fuzz.requests import length
from harness.seed import Seed

T = TypeVar("T")
ROUND = 10
"""Examples of one run of hypothesis; the next has a seed of its own."""
STEPS = 20
SHRINK_S, SHRINK_LATE_S = 15.0, 10.0
"""How long a sequence is made shorter, at most; and when it was found shortly before the end of the time."""
REPEATS = 5
"""How often a sequence is sent again, at most, to see the same again: what clients do at once differs each time."""


@dataclass
class Failure:
    """A sequence that the model cannot explain."""

    example: Example
    error: UnexplainedError

    @property
    def requests(self) -> int:
        """Its length."""
        return length(self.example.sequence)


class WrongAnswerError(AssertionError):
    """What hypothesis is told, so that it looks for a shorter sequence."""


@dataclass
class Trial:
    """`left_s` is the time left for examples (s); `repeats`: see Example.

    `known` are the operations of what was found before.
    """

    sender: Sender
    mark: str
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    left_s: Callable[[], float]
    patience_s: float
    repeats: bool = False
    known: list[frozenset[str]] = field(default_factory=list)
    staff: Staff = field(default_factory=Staff)
    examples: int = 0
    inconclusive: int = 0
    failure: Failure | None = None
    ended: list[Example] = field(default_factory=list)
    _shrinks_until: float = 0.0

    def round(self, seed: Seed) -> Failure | None:
        """Play ROUND examples, or fewer when the time is over; the shortest sequence that is wrong, None without one."""
        self.failure = None
        machine = type("Shop", (ShopMachine,), {"begin": staticmethod(lambda: Playing(self))})
        settings = hypothesis.settings(
            max_examples=ROUND,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        try:
            run_state_machine_as_test(hypothesis.seed(seed.value)(machine), settings=settings)
        except (WrongAnswerError, HypothesisException, BaseExceptionGroup):  # what clients do at once may not show again
            if self.failure is None:
                raise
        return self.failure

    def repeated(self, failure: Failure) -> bool:
        """Send a sequence again: whether the same is wrong again."""
        for _ in range(REPEATS):
            again = self.begun()
            try:
                self.run(again.opens())
                for intents in failure.example.intents:
                    self.run(again.does(*intents))
            except UnexplainedError as error:
                if failure.error.operations & error.operations:
                    return True
            except InconclusiveError:
                continue
        return False

    def begun(self) -> Example:
        """A new example."""
        self.examples += 1
        return Example(self.sender, self.staff, f"{self.mark}x{self.examples}", time.monotonic(), self.repeats)

    def over(self) -> bool:
        """Whether no further example is begun."""
        return self.left_s() <= 0

    @property
    def idle(self) -> bool:
        """Whether examples do nothing: the time is over, or that for shortening."""
        return self.over() if self.failure is None else time.monotonic() > self._shrinks_until

    def failed(self, example: Example, error: UnexplainedError) -> None:
        """Keep a sequence, if it is the shortest. Raises WrongAnswerError unless what is wrong was found before."""
        if any(known <= error.operations for known in self.known):
            return
        if self.failure is None:
            self._shrinks_until = time.monotonic() + max(SHRINK_LATE_S, min(SHRINK_S, self.left_s()))
        found = Failure(example, error)
        if self.failure is None or found.requests <= self.failure.requests:
            self.failure = found
        raise WrongAnswerError(str(error))


class Playing:
    """One example, as the machine plays it: in the loop of `trial`, until it is over."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._example: Example | None = None
        self._stopped = trial.idle

    def does(self, *intents: Intent) -> None:
        """See Play."""
        if self._stopped or self._trial.idle:
            return
        try:
            if self._example is None:
                self._example = self._trial.begun()
                self._trial.run(self._opened(self._example))
            if time.monotonic() - self._example.began < self._trial.patience_s:
                self._trial.run(self._example.does(*intents))
        except UnexplainedError as error:
            self._stopped = True
            if self._example is not None:
                self._trial.failed(self._example, error)

    async def _opened(self, example: Example) -> None:
        try:
            await example.opens()
        except InconclusiveError as error:
            example.inconclusive = str(error)

    def ends(self) -> None:
        """See Play."""
        if self._example is None:
            return
        self._trial.inconclusive += bool(self._example.inconclusive)
        if not self._stopped and not self._example.inconclusive:
            self._trial.ended.append(self._example)
