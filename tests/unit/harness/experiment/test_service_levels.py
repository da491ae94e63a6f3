"""A run that gave customers less than was promised fails, and says by how much."""

import pytest

from harness.experiment.service_levels import Ceiling, ServiceLevel, verdict
from harness.history import CLIENT_STALLED, History, Record, Recorder
from harness.verdict import Outcome, Verdict

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
        (ServiceLevel(operation="order", per_second=101), "100.00 order a second succeeded; at least 101 are promised"),
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


def test_the_rate_is_of_what_succeeded_between_the_first_and_the_last_request() -> None:
    steady = Sales(*[(201, 500)] * 5, (503, 500), (201, 9000))  # six succeeded, the last was asked for after three seconds
    for per_second, outcome in ((2.0, Outcome.PASS), (2.1, Outcome.FAIL)):
        assert verdict([ServiceLevel(operation="order", per_second=per_second)], steady.history).outcome is outcome


@pytest.mark.parametrize(("counted", "outcome"), [(1999, Outcome.PASS), (2000, Outcome.PASS), (2001, Outcome.FAIL)])
def test_a_ceiling_is_judged_by_what_a_guarantee_counted(counted: int, outcome: Outcome) -> None:
    judged = Verdict(guarantee="sagas", outcome=Outcome.PASS, promise="", counts={"slowest": counted})
    found = verdict([], SOLD.history, [Ceiling(guarantee="sagas", counted="slowest", at_most=2000)], [judged])
    assert found.outcome is outcome
    assert [each.what for each in found.evidence] == ["slowest (sagas): 2001; at most 2000 is promised"] * (counted > 2000)


def test_what_no_guarantee_counted_exceeds_nothing() -> None:
    ceilings = [Ceiling(guarantee="sagas", counted="slowest", at_most=2000)]
    assert verdict([], SOLD.history, ceilings).outcome is Outcome.PASS
