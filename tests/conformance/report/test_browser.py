"""The pages in a real browser: no script fails, nothing overflows, charts are drawn; on phone and desk, by day and night."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness import report
from harness.experiment import JudgedRun, RunFolder
from harness.verdict import Outcome
from tests.conformance.report.browser import Seen, look
from tests.unit.harness.report.pictured_run import FACTS, concluded, save_pictured
from tests.unit.harness.report.saved_run import save, verdict

PHONE, DESK = 390, 1280
LONG = "x" * 300
SCREENS = pytest.mark.parametrize(
    ("width", "dark"),
    [
        (PHONE, True),
        (DESK, False),
        pytest.param(PHONE, False, marks=pytest.mark.nightly),
        pytest.param(DESK, True, marks=pytest.mark.nightly),
    ],
)
"""At each commit both widths and both times of day, but not every pair."""
LANES = {"throughput", "latency", "lanes-locks", "lanes-sagas"}


def passed(parent: Path) -> Path:
    return written(save_pictured(parent, overlapping=False), Outcome.PASS)


def failed(parent: Path) -> Path:
    return written(save_pictured(parent), Outcome.FAIL)


def interrupted(parent: Path) -> Path:
    folder = save_pictured(parent, upto="workload", failure="interrupted")
    return written(folder, Outcome.UNKNOWN, "workload: interrupted")


def broken_at_the_start(parent: Path) -> Path:
    """Nothing was recorded, and every text is one long word."""
    folder = save_pictured(parent, upto="start", failure=f"StackError: {LONG}", facts=replace(FACTS, about=LONG))
    return written(folder, Outcome.UNKNOWN, f"start: {LONG}")


def of_an_older_version(parent: Path) -> Path:
    """A system that says nothing of itself: neither lanes nor topology."""
    folder = save(parent)
    report.write(JudgedRun.of(folder, verdict(broken=True)))
    return folder.report


def written(folder: RunFolder, outcome: Outcome, *errors: str) -> Path:
    report.write(JudgedRun.of(folder, concluded(outcome, errors=errors)))
    return folder.report


def well(seen: Seen, width: int, *, dark: bool) -> None:
    """What holds of every page on every screen."""
    assert seen.errors == []
    assert seen.width == width
    assert (seen.overflow, seen.too_wide) == (0, [])
    assert seen.dark == dark
    brightness = sum(int(part) for part in seen.ground.removeprefix("rgb(").removesuffix(")").split(","))
    assert (brightness < 200) == dark


@SCREENS
@pytest.mark.parametrize(
    ("make", "charts", "clash", "cut"),
    [
        pytest.param(passed, LANES, False, True, marks=pytest.mark.nightly),  # one that failed has all of it and more
        (failed, LANES, True, True),
        pytest.param(interrupted, {"throughput", "latency"}, False, True, marks=pytest.mark.nightly),
        (broken_at_the_start, set[str](), False, False),
        pytest.param(of_an_older_version, {"throughput", "latency"}, False, False, marks=pytest.mark.nightly),
    ],
)
def test_a_page_is_whole(
    tmp_path: Path, make: Callable[[Path], Path], charts: set[str], clash: bool, cut: bool, width: int, dark: bool
) -> None:
    seen = look(make(tmp_path), tmp_path, width=width, dark=dark)
    well(seen, width, dark=dark)
    assert set(seen.charts) == charts
    assert all(seen.charts.values())
    assert (seen.clashes > 0) == clash
    if make is not of_an_older_version:
        assert seen.pictures == ["narrow" if width == PHONE else "wide"]
        assert seen.smallest is not None
        assert seen.smallest > 9
    assert sorted(seen.cut) == (["order calls redis-lock-1", "order calls redis-lock-2"] if cut else [])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of every kind, with seeds that fall with the name; nobody changes them."""
    parent = tmp_path_factory.mktemp("list") / "runs"
    for seed, (name, outcome) in enumerate([("c", Outcome.PASS), ("b", Outcome.FAIL), ("a", Outcome.UNKNOWN)], start=8):
        folder = save_pictured(parent, facts=replace(FACTS, experiment=name, seed=seed))
        report.write(JudgedRun.of(folder, replace(concluded(outcome), experiment=name, seed=seed)))
    save_pictured(parent, facts=replace(FACTS, experiment="d", seed=12), upto="workload")
    (parent / LONG[:200]).mkdir()
    return report.write_index(parent)


@SCREENS
def test_the_list_of_runs_is_whole(runs: Path, tmp_path: Path, width: int, dark: bool) -> None:
    seen = look(runs, tmp_path, width=width, dark=dark)
    well(seen, width, dark=dark)
    assert sorted(seen.rows) == ["a", "b", "c", "d", LONG[:200]]


@pytest.mark.parametrize(
    ("clicks", "rows"),
    [
        (('button[data-key="seed"]',), ["d", "a", "b", "c", LONG[:200]]),
        (('button[data-key="experiment"]', 'button[data-key="experiment"]'), ["a", "b", "c", "d", LONG[:200]]),
        (('button[data-outcome="FAIL"]',), ["b"]),
        (
            ('button[data-outcome="FAIL"]', 'button[data-outcome=""]', 'button[data-key="seed"]'),
            ["d", "a", "b", "c", LONG[:200]],
        ),
    ],
)
def test_the_list_of_runs_can_be_sorted_and_filtered(
    runs: Path, tmp_path: Path, clicks: tuple[str, ...], rows: list[str]
) -> None:
    seen = look(runs, tmp_path, width=DESK, dark=False, clicks=clicks)
    assert (seen.errors, seen.rows) == ([], rows)


def test_a_page_that_fails_is_seen_to_fail(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><html><head></head><body><div style='width:2000px'>wide</div>"
        "<script>setTimeout(() => { throw new Error('late') }, 100); console.error('told');"
        "Promise.reject('lost'); oops()</script>"
        "</body></html>"
    )
    seen = look(page, tmp_path, width=DESK, dark=False)
    assert {"error: told", "lost", "Uncaught ReferenceError: oops is not defined", "Uncaught Error: late"} <= set(seen.errors)
    assert seen.overflow > 0
    assert len(seen.too_wide) == 1
