"""The faults that excuse something are known by their kinds and targets, so these have to fit."""

import pytest

from chaos.experiments import EXPERIMENTS
from chaos.guarantees import locks
from chaos.guarantees.faults_in_force import InForce, in_force
from chaos.observations.locks import GrantRow
from harness.experiment import Choices, plan_of
from harness.faults.registry import load_kinds
from harness.faults.spec import FaultSpec
from harness.history import Fault, FaultPhase, History
from harness.seed import Seed
from tests.unit.chaos.lock_history import MASTERS, LockHistory, ns

FORGOTTEN = {"lock_clock_jump": {"clocks_jump"}, "lock_clock_skew": {"clock_ahead"}, "lock_forgotten": {"masters_forget"}}
"""Which faults of the experiments on the lock make masters grant it twice; the others never do."""
KEPT = {
    "lock_clock_jump": {"clocks_jump"},
    "lock_disk_full": {"first_full", "second_full"},
    "lock_forgotten": {"masters_forget"},
    "lock_holder_paused": {"holder_paused"},
    "lock_latency_beyond_ttl": {"masters_far_away"},
    "lock_majority_down": {"first_killed", "second_killed"},
    "lock_partition_asymmetric": {"order_1_deaf"},
    "lock_release_lost": {"releases_lost"},
}
"""Which faults, together, keep order-1 from extending a lock; those of the others leave it a quorum."""
LOCKS = [each.name for each in EXPERIMENTS if each.name.startswith("lock_")]


def test_every_kind_is_that_of_a_fault() -> None:
    assert load_kinds().keys() | load_kinds("chaos.faults").keys() >= locks.FORGETTING | locks.STOPPING


def faults_of(name: str) -> tuple[InForce, ...]:
    """All faults of an experiment, each from 6 s to 7 s."""
    (experiment,) = (each for each in EXPERIMENTS if each.name == name)
    history = LockHistory()
    for planned in plan_of(experiment, Seed(1), experiment.system.inventory(Choices())).faults:
        history.strikes(planned.spec, 6, 7, name=planned.name)
    return in_force(history.done())


def a_hold(set_at: tuple[str, ...] = MASTERS) -> GrantRow:
    return GrantRow("lamp", "order-1", "order-1:x", 1, ns(5), ns(9), ns(9), "released", 3, 0, 2, until_ns=ns(8), set_at=set_at)


def test_every_experiment_on_the_lock_is_known() -> None:
    assert len(LOCKS) >= 12
    assert FORGOTTEN.keys() | KEPT.keys() <= set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_the_faults_of_an_experiment_excuse_what_they_should(name: str) -> None:
    faults = faults_of(name)
    forgot = {
        fault.name
        for fault in faults
        if locks.forgotten([fault], a_hold(), a_hold(tuple({*fault.members} & {*MASTERS}) or MASTERS))
    }
    assert forgot == FORGOTTEN.get(name, set())
    assert locks.kept_from_extending(faults, a_hold()) is (name in KEPT)
    needed = [fault for fault in faults if fault.name in KEPT.get(name, set())]
    assert locks.kept_from_extending(needed, a_hold()) is (name in KEPT)


def test_of_candidates_only_the_one_that_was_hit_is_excused() -> None:
    spec = FaultSpec(kind="pause", members=("order-1", "order-2"), one_of_them=True)
    faults = [
        Fault(time_ns=10**10, fault="paused", target="order-2", phase=phase, spec=spec, hit=("order-2",))
        for phase in (FaultPhase.INJECT, FaultPhase.HEAL)
    ]
    (found,) = in_force(History(faults))
    assert found.members == ("order-2",)
