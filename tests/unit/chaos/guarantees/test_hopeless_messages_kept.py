"""hopeless_messages_kept: by what the fault found in the dead-letter queue."""

import pytest

from chaos.guarantees.hopeless_messages_kept import hopeless_messages_kept
from chaos.observations.rest import POISON
from harness.faults.spec import FaultSpec
from harness.history import Fault, FaultPhase, History
from harness.verdict import Outcome


def poisoned(kind: str, *proven: bool) -> History:
    spec = FaultSpec(kind=kind, members=("rabbitmq",), parameters={"messages": {"a": "AA==", "b": "AA=="}})
    told = [
        Fault(
            time_ns=1,
            fault="dose",
            target="rabbitmq",
            phase=FaultPhase.PROOF,
            proven=each,
            detail="1 of 2 are there",
            spec=spec,
        )
        for each in proven
    ]
    return History([Fault(time_ns=0, fault="dose", target="rabbitmq", phase=FaultPhase.INJECT, spec=spec), *told])


@pytest.mark.parametrize(
    ("kind", "proven", "outcome"),
    [
        (POISON, (True, True), Outcome.PASS),
        (POISON, (True, False), Outcome.FAIL),
        (POISON, (), Outcome.VACUOUS),
        ("kill", (False,), Outcome.VACUOUS),
    ],
)
def test_what_is_not_in_the_dead_letter_queue_was_swallowed(kind: str, proven: tuple[bool, ...], outcome: Outcome) -> None:
    assert hopeless_messages_kept.verdict(poisoned(kind, *proven)).outcome is outcome


def test_it_says_what_was_found() -> None:
    (violation,) = hopeless_messages_kept.verdict(poisoned(POISON, False)).evidence
    assert violation.what == "of 2 messages that can never be handled, not all were refused: 1 of 2 are there"
