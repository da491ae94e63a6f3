"""The figures for trends are right, and there are none of what was not seen."""

from pathlib import Path

import pytest

from harness.experiment.usage import CPU
from harness.history import CLIENT_STALLED, Ending, FaultPhase, History, Record, Recorder
from harness.report.measures import NOTHING, Measures, measured
from harness.report.verdict_file import read_verdict, verdict_json
from tests.unit.harness.report.saved_run import FACTS, SECOND, Clock, save, verdict


class Written(list[Record]):
    """A history of a workload of 10 s."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.recorder = Recorder(self, self.clock)
        self.clock.to(0)
        self.recorder.begin("workload")

    def write(self, record: Record) -> None:
        self.append(record)

    def done(self) -> Measures:
        self.clock.to(10)
        self.recorder.finish("workload")
        self.recorder.observe(CPU, [{"member": "order-1", "cpu_s": 1.25}])
        self.clock.to(12)
        self.recorder.begin("stop")
        return measured(History(tuple(self)))

    def does(self, begin_s: float, took_ms: float, ending: Ending = Ending.OK, error: str = "") -> None:
        self.clock.to(begin_s)
        call = self.recorder.invoke("buyer", "place_order")
        self.clock.now += int(took_ms * SECOND / 1000)
        call.end(ending, error=error)

    def heals(self, at_s: float) -> None:
        self.clock.to(at_s)
        self.recorder.fault("kill", "order-1", FaultPhase.HEAL)


def test_rates_and_percentiles_are_of_what_ended() -> None:
    run = Written()
    for number in range(100):
        run.does(number / 50, number + 1)
    run.recorder.invoke("buyer", "place_order")
    run.does(5, 9_000, Ending.INFO, "CancelledError: dropped by its client")
    found = run.done()
    ((name, orders),) = found.operations.items()
    assert (name, orders.count, orders.per_second) == ("place_order", 100, 10.0)
    assert (orders.p50_ms, orders.p95_ms, orders.p99_ms) == (50.0, 95.0, 99.0)
    assert (found.seconds, found.workload_s, found.per_second) == (12.0, 10.0, 10.0)
    assert found.cpu_s == {"order-1": 1.25}


@pytest.mark.parametrize(
    ("after_heal", "recovery_s"),
    [
        ([(3.0, Ending.OK)], 1.1),
        ([(3.0, Ending.INFO), (4.0, Ending.OK)], 2.1),
        ([(3.0, Ending.OK), (4.0, Ending.INFO), (5.0, Ending.FAIL)], 3.1),
        ([(3.0, Ending.OK), (4.0, Ending.INFO)], None),
        ([], None),
    ],
)
def test_recovery_ends_when_nothing_goes_unanswered_any_more(
    after_heal: list[tuple[float, Ending]], recovery_s: float | None
) -> None:
    run = Written()
    run.does(1, 100, Ending.INFO)
    run.heals(2)
    for at_s, ending in after_heal:
        run.does(at_s, 100, ending)
    assert run.done().recovery_s == recovery_s


def test_without_a_fault_nothing_recovers() -> None:
    run = Written()
    run.does(1, 100)
    assert run.done().recovery_s is None


def test_the_longest_lag_of_the_clients_is_told() -> None:
    run = Written()
    for at_s, seconds in ((3, 0.25), (6, 0.5), (8, 0.125)):
        run.clock.to(at_s)
        run.recorder.event(CLIENT_STALLED, "", {"seconds": seconds})
    assert run.done().client_lag_s == 0.5


def test_a_run_that_died_at_its_start_has_no_figures() -> None:
    assert measured(History(())) == NOTHING


def test_they_are_in_the_verdict_for_programs(tmp_path: Path) -> None:
    measures = measured(save(tmp_path).read_history())
    read = read_verdict(verdict_json(FACTS, verdict(), measures))
    assert read.measures == measures
    assert read.seconds == measures.seconds
    assert measures.operations["place_order"].p50_ms == 50.0
