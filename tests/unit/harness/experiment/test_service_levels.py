"""A run that gave customers less than was promised fails, and says by how much."""

import pytest

from harness.experiment.service_levels import ServiceLevel, verdict
from harness.history import History, Record, Recorder
from harness.verdict import Outcome

MS = 1_000_000


class Sales:
    """Orders answered with these statuses, each after as many milliseconds."""

    def __init__(self, *answers: tuple[int, int], ends: bool = True) -> None:
        self.records: list[Record] = []
        self.now = 0
        recorder = Recorder(self, clock=lambda: self.now)
        recorder.begin("workload")
        for status, ms in answers:
            call = recorder.invoke("buyer", "order", {})
            self.now += ms * MS
            call.answered(status, {})
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
