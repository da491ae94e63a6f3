"""A minimum of a phase counts what was asked and answered before, while or after its fault, and the seconds of that alone."""

from dataclasses import replace

import pytest

from harness.experiment import Exercised, Minimum, Part, Phase, judge
from harness.history import FaultPhase, History, Record, Recorder
from harness.history.recorder import Call
from tests.unit.harness.experiment.test_judging import FACTS, FINE, guarantees

S = 1_000_000_000


class Told:
    """A recorder's sink and clock: what happens, happens at the second that is set."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.second = 0
        self.recorder = Recorder(self, lambda: self.second * S)

    def write(self, record: Record) -> None:
        self.records.append(record)


def run(*, upgraded: bool = True) -> History:
    """A workload of 10 s, `upgrade` in force from second 4 to 8; orders from second to second."""
    told = Told()
    happens = [(begin, "invoke", end) for begin, end in ((0, 1), (3, 5), (4, 6), (5, 7), (7, 9), (8, 9), (9, 10))]
    told.recorder.begin("workload")
    calls: dict[int, Call] = {}
    for second in range(11):
        told.second = second
        for begin, _, end in happens:
            if end == second:
                calls[begin].answered(201, {})
        if upgraded and second in (4, 8):
            told.recorder.fault("upgrade", "order-1", FaultPhase.INJECT if second == 4 else FaultPhase.HEAL)
        for begin, _, _ in happens:
            if begin == second:
                calls[begin] = told.recorder.invoke("client", "place_order")
    told.recorder.finish("workload")
    return History(tuple(told.records))


def judged(minimum: Minimum, history: History) -> tuple[bool, str]:
    (found,) = judge(replace(FACTS, minimums=(minimum,)), history, guarantees(first=FINE, second=FINE)).requirements
    return found.met, f"{found.name}: {found.detail}"


@pytest.mark.parametrize(
    ("part", "seen", "rate"),
    [(Part.BEFORE, 1, "0.2"), (Part.WHILE, 2, "0.5"), (Part.AFTER, 2, "1.0")],
)
def test_operations_count_in_the_phase_they_are_whole_in(part: Part, seen: int, rate: str) -> None:
    minimum = Minimum(operation="place_order", count=seen, phase=Phase(part=part, plan="upgrade"))
    assert judged(minimum, run()) == (
        True,
        f"place_order ended fail or ok {part} upgrade: {seen} seen, {rate}/s; {seen} wanted",
    )
    assert not judged(replace(minimum, count=seen + 1), run())[0]
    assert not judged(replace(minimum, per_second=2.0), run())[0]


@pytest.mark.parametrize("part", Part)
def test_a_phase_that_was_never_reached_saw_nothing(part: Part) -> None:
    minimum = Minimum(operation="place_order", count=1, phase=Phase(part=part, plan="upgrade"))
    assert not judged(minimum, run(upgraded=False))[0]


def test_without_a_phase_everything_counts() -> None:
    assert judged(Minimum(operation="place_order", count=7), run())[0]


def test_a_guarantee_must_have_met_what_the_experiment_says() -> None:
    counted = guarantees(first=FINE, second=FINE)
    for at_least, met in ((1, True), (10**6, False)):
        facts = replace(FACTS, exercised=(Exercised(guarantee="first", counted="judged", at_least=at_least),))
        (found,) = judge(facts, run(), counted).requirements
        assert (found.name, found.met) == ("first met: judged", met)
    unknown = replace(FACTS, exercised=(Exercised(guarantee="nobody's", counted="judged", at_least=1),))
    assert judge(unknown, run(), counted).requirements == ()
