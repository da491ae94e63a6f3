"""The faults that take an assumption of Redlock away are known by their kinds and targets, so these have to fit."""

import inspect
import pkgutil
from importlib import import_module

import pytest

import chaos.faults
from chaos.experiments import EXPERIMENTS
from chaos.guarantees.locks import ASSUMPTIONS, broken
from harness.seed import Seed
from tests.unit.chaos.lock_history import LockHistory

BREAKING = {
    "lock_clock_jump": {"clocks_jump"},
    "lock_forgotten": {"masters_forget"},
    "lock_holder_paused": {"holder_paused"},
    "lock_latency_beyond_ttl": {"masters_far_away"},
    "lock_majority_down": set(),
    "lock_master_down": set(),
    "lock_partition_asymmetric": {"order_1_deaf"},
    "lock_release_lost": {"releases_lost"},
}
"""Which faults of the experiments on the lock take an assumption away; the others excuse nothing."""


def kinds() -> set[str]:
    modules = [import_module(f"chaos.faults.{each.name}") for each in pkgutil.iter_modules(chaos.faults.__path__)]
    return {name for module in modules for name, _ in inspect.getmembers(module, inspect.isclass)}


def test_every_kind_is_that_of_a_fault() -> None:
    assert {kind for assumption in ASSUMPTIONS for kind, _ in assumption.faults} <= kinds()


def test_every_experiment_on_the_lock_is_listed() -> None:
    assert {each.name for each in EXPERIMENTS if each.name.startswith("lock_")} == BREAKING.keys()


@pytest.mark.parametrize("name", BREAKING)
def test_the_faults_of_an_experiment_excuse_what_they_should(name: str) -> None:
    (experiment,) = (each for each in EXPERIMENTS if each.name == name)
    excusing = set()
    for plan in experiment.faults:
        fault = plan.fault(Seed(1).stream("fault", plan.name))
        history = LockHistory()
        history.strikes(type(fault).__name__, fault.target, 1, 2)
        excusing |= {plan.name} if broken(history.done()) else set()
    assert excusing == BREAKING[name]
