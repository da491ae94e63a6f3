"""A run that gave customers less than was promised fails, and says by how much."""

import pytest

from harness.experiment.service_levels import ServiceLevel, verdict
from harness.history import CLIENT_STALLED, History, Record, Recorder
from harness.verdict import Outcome

MS = 1_000_000


class Sales:
    """Orders answered with these statuses, each after as many milliseconds."""

    def __init__(self, *answers: tuple[int, int], ends: bool = True, stalled_s: float = 0.0) -> None:
        self.records: list[Record] = []
        self.now = 0
        recorder = Recorder(self, clock=lambda: self.now)
        recorder.begin("workload")
        for status, ms in answers:
            call = recorder.invoke("buyer", "order", {})
            self.now += ms * MS
            call.answered(status, {})
        if stalled_s:
            recorder.event(CLIENT_STALLED, "", {"seconds": stalled_s})
        if ends:
            recorder.finish("workload")

    def write(self, record: Record) -> None:
        self.records.append(record)

    @property
    def history(self) -> History:
        return History(tuple(self.records))


SOLD = Sales(*[(201, 10)] * 9, (503, 10))


def test_what_was_promised_passes() -> None:
    levels = [ServiceLevel(operation="order", succeeded=9, unserved=0.1, p99_s=0.01)]
    assert verdict(levels, SOLD.history).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("level", "what"),
    [
        (ServiceLevel(operation="order", succeeded=10), "9 order succeeded; at least 10 are promised"),
        (ServiceLevel(operation="order", unserved=0.05), "1 of 10 order were not served; at most 5% may not be"),
        (ServiceLevel(operation="order", p99_s=0.005), "the 99th percentile of order is 0.01 s; 0.005 s are promised"),
        (ServiceLevel(operation="refund", succeeded=1), "0 refund succeeded; at least 1 are promised"),
    ],
)
def test_less_fails(level: ServiceLevel, what: str) -> None:
    found = verdict([level], SOLD.history)
    assert (found.outcome, [each.what for each in found.evidence]) == (Outcome.FAIL, [what])


def test_a_workload_that_did_not_end_is_unknown() -> None:
    found = verdict([ServiceLevel(operation="order", succeeded=9)], Sales((201, 1), ends=False).history)
    assert found.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("stalled_s", "outcome"), [(0.0, Outcome.FAIL), (0.5, Outcome.FAIL), (0.6, Outcome.PASS), (1.1, Outcome.UNKNOWN)]
)
def test_a_latency_is_judged_less_the_clients_own_lag(stalled_s: float, outcome: Outcome) -> None:
    took_ms = 3000 if stalled_s > 1 else 2000
    levels = [ServiceLevel(operation="order", p99_s=1.45)]
    assert verdict(levels, Sales((201, took_ms), stalled_s=stalled_s).history).outcome is outcome


def test_what_is_broken_however_late_the_clients_were_fails() -> None:
    levels = [ServiceLevel(operation="order", succeeded=2, p99_s=1.0)]
    assert verdict(levels, Sales((201, 3000), stalled_s=1.5).history).outcome is Outcome.FAIL
