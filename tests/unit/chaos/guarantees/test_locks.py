"""The faults that take an assumption of Redlock away are known by their kinds and targets, so these have to fit."""

import pytest

from chaos.experiments import EXPERIMENTS
from chaos.guarantees.locks import ASSUMPTIONS, broken
from harness.experiment import Choices, plan_of
from harness.faults.registry import load_kinds
from harness.faults.spec import FaultSpec
from harness.history import Fault, FaultPhase, History
from harness.seed import Seed
from tests.unit.chaos.lock_history import LockHistory

BREAKING = {
    "lock_clock_jump": {"clocks_jump"},
    "lock_clock_skew": {"clock_ahead"},
    "lock_disk_full": set(),
    "lock_forgotten": {"masters_forget"},
    "lock_holder_paused": {"holder_paused"},
    "lock_holder_slow": set(),
    "lock_latency_beyond_ttl": {"masters_far_away"},
    "lock_majority_down": set(),
    "lock_master_down": set(),
    "lock_master_paused": set(),
    "lock_partition_asymmetric": {"order_1_deaf"},
    "lock_release_lost": {"releases_lost"},
}
"""Which faults of the experiments on the lock take an assumption away; the others excuse nothing."""


def test_every_kind_is_that_of_a_fault() -> None:
    assert {kind for assumption in ASSUMPTIONS for kind in assumption.kinds} <= load_kinds().keys()


def test_every_experiment_on_the_lock_is_listed() -> None:
    assert {each.name for each in EXPERIMENTS if each.name.startswith("lock_")} == BREAKING.keys()


@pytest.mark.parametrize("name", BREAKING)
def test_the_faults_of_an_experiment_excuse_what_they_should(name: str) -> None:
    (experiment,) = (each for each in EXPERIMENTS if each.name == name)
    excusing = set()
    for planned in plan_of(experiment, Seed(1), experiment.system.inventory(Choices())).faults:
        history = LockHistory()
        history.strikes(planned.spec, 1, 2)
        excusing |= {planned.name} if broken(history.done()) else set()
    assert excusing == BREAKING[name]


def test_of_candidates_only_the_one_that_was_hit_is_excused() -> None:
    spec = FaultSpec(kind="pause", members=("order-1", "order-2"), one_of_them=True)
    faults = [
        Fault(time_ns=10**10, fault="paused", target="order-2", phase=phase, spec=spec, hit=("order-2",))
        for phase in (FaultPhase.INJECT, FaultPhase.HEAL)
    ]
    (excuse,) = broken(History(faults))
    assert excuse.members == ("order-2",)
