"""The same seed draws the same intents, whatever the shop answers."""

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from chaos.fuzz.model.intents import Intent
from chaos.fuzz.model.machine import ShopMachine

SETTINGS = hypothesis.settings(max_examples=3, stateful_step_count=8, database=None, deadline=None)


class Kept:
    """Keeps what was drawn."""

    def __init__(self, drawn: list[tuple[Intent, ...]]) -> None:
        self._drawn = drawn

    def does(self, *intents: Intent) -> None:
        self._drawn.append(intents)

    def ends(self) -> None:
        self._drawn.append(())


def drawn(seed: int) -> list[tuple[Intent, ...]]:
    kept: list[tuple[Intent, ...]] = []
    machine = type("Machine", (ShopMachine,), {"begin": staticmethod(lambda: Kept(kept))})
    run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=SETTINGS)
    return kept


def test_a_seed_draws_the_same_again() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
