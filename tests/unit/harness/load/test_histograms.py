"""Latencies of several processes add up without loss."""

import pytest

from harness.load.histograms import LONGEST_US, empty, encoded, merged, percentiles


def test_what_two_processes_measured_is_added() -> None:
    one, other = empty(), empty()
    for microseconds in range(1_000, 100_001, 1_000):
        (one if microseconds % 2_000 else other).record_value(microseconds)
    other.record_value(LONGEST_US)
    found = merged([{"order": encoded(one)}, {"order": encoded(other), "read": encoded(one)}])
    assert percentiles(found["order"])["count"] == 101
    assert percentiles(found["order"])["p50_ms"] == pytest.approx(51.0, rel=0.001)
    assert percentiles(found["order"])["p100_ms"] == pytest.approx(LONGEST_US / 1000, rel=0.001)
    assert percentiles(found["read"])["count"] == 50
