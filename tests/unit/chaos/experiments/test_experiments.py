"""Every experiment makes sense before anything is started: no trigger waits in vain, nothing is judged that nobody saw."""

import re

import pytest

from chaos.experiments import EXPERIMENTS
from chaos.guarantees import GUARANTEES
from chaos.observations import events
from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS
from chaos.observations.locks import FENCED_OFF
from chaos.subject.watchers import EVENTS, WATCHERS
from tests.unit.chaos.experiments.checks import CHECKS
from tests.unit.chaos.experiments.proofs import NEEDS, all_kinds
from tests.unit.chaos.experiments.shop import OBSERVED, asked_by


@pytest.mark.parametrize("name", CHECKS)
def test_every_experiment_makes_sense(name: str) -> None:
    """One test for all experiments: a test for each pair of a check and an experiment took seconds."""
    assert {each.name: faults for each in EXPERIMENTS if (faults := list(CHECKS[name](each)))} == {}


def test_every_kind_of_fault_says_what_its_proof_needs() -> None:
    assert NEEDS.keys() == all_kinds()


def test_every_event_is_recorded_by_one_watcher_which_says_so() -> None:
    known = {value for name, value in vars(events).items() if name.isupper()}
    assert EVENTS.keys() == WATCHERS.keys()
    assert sorted(event for recorded in EVENTS.values() for event in recorded) == sorted(known)
    for name, watcher in WATCHERS.items():
        assert set(re.findall(r"`(\w+)`", watcher.__doc__ or "")) >= EVENTS[name], name


def test_everything_that_is_observed_is_read_or_shown() -> None:
    shown = {FENCED_OFF}
    while_fuzzed = {LOG_ALARMS, ERRORS_COUNTED}
    asked = {subject for each in GUARANTEES for subject in asked_by(each).subjects}
    assert (asked | shown) - while_fuzzed == OBSERVED
