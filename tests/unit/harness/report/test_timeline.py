"""Operations and faults over time, in bounded numbers."""

from pathlib import Path

import pytest

from harness.history import Ending, History
from harness.report.timeline import MOST_BINS, MOST_LATENCY_BINS, bands, quantile, timeline
from tests.unit.harness.report.saved_run import save


def test_every_operation_is_counted_once(tmp_path: Path) -> None:
    drawn = timeline(save(tmp_path).read_history())
    assert drawn is not None
    totals = dict.fromkeys(Ending, 0)
    for _, ending, rate in drawn.throughput:
        totals[ending] += round(rate * drawn.step_s)
    assert totals == {Ending.OK: 4, Ending.FAIL: 5, Ending.INFO: 1}


def test_latency_is_in_milliseconds(tmp_path: Path) -> None:
    drawn = timeline(save(tmp_path).read_history())
    assert drawn is not None
    assert {round(value) for _, _, value in drawn.latency} == {50}


@pytest.mark.parametrize(("orders", "step_s"), [(1, 0.001), (300, 0.02), (500, 60.0), (200, 5000.0)])
def test_sizes_are_bounded_however_long_the_run_was(tmp_path: Path, orders: int, step_s: float) -> None:
    drawn = timeline(save(tmp_path, orders=orders, step_s=step_s).read_history())
    assert drawn is not None
    assert len(drawn.throughput) <= 3 * (MOST_BINS + 1)
    assert len(drawn.latency) <= 3 * (MOST_LATENCY_BINS + 1)
    assert sum(rate for *_, rate in drawn.throughput) * drawn.step_s == pytest.approx(orders)


def test_a_fault_is_in_force_from_its_injection_to_its_healing(tmp_path: Path) -> None:
    (band,) = bands(save(tmp_path).read_history())
    assert (band.target, band.healed) == ("order-1", True)
    assert band.begin_s == pytest.approx(0.2)
    assert band.end_s == pytest.approx(0.6)


def test_a_fault_that_never_healed_lasts_to_the_end(tmp_path: Path) -> None:
    history = save(tmp_path, healed=False).read_history()
    (band,) = bands(history)
    assert not band.healed
    assert band.end_s == pytest.approx(0.95)


def test_nothing_to_draw() -> None:
    assert timeline(History(())) is None


@pytest.mark.parametrize(("fraction", "value"), [(0.5, 2.0), (0.95, 4.0), (1.0, 4.0), (0.0, 1.0), (0.25, 1.0)])
def test_quantile(fraction: float, value: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], fraction) == value
