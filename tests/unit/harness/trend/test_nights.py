"""Nights are kept whatever happens to the file, and the page shows what changed, what failed and how to repeat it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from harness.cli.commands import command_line
from harness.report.measures import Latencies, Measures
from harness.report.verdict_file import VerdictFile
from harness.trend.night import append, figures, read, runs_of
from harness.trend.page import page
from harness.trend.series import series, told
from harness.verdict import Outcome
from tests.unit.harness.trend.nights import FIRST, night, nights

SLOWER = [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 15.0, 15.1, 14.9, 15.0, 15.1, 14.9]


def verdict(measures: Measures | None) -> VerdictFile:
    return VerdictFile(
        experiment="flash_sale",
        seed=3,
        started_at=FIRST,
        outcome=Outcome.PASS,
        exit_code=0,
        replay="make chaos EXPERIMENT=flash_sale SEED=3",
        verdicts=(),
        requirements=(),
        errors=(),
        measures=measures,
    )


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "nights" / "nights.jsonl"
    kept = nights([1.0, 2.0])
    for each in kept:
        append(each, path)
    assert read(path) == (kept, 0)


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "nights.jsonl"
    append(night(1, 1.0), path)
    with path.open("ab") as file:
        file.write(b'{"commit": "ab')
    append(night(2, 2.0), path)
    assert read(path) == ([night(1, 1.0), night(2, 2.0)], 1)


def test_figures_are_those_that_can_be_compared() -> None:
    measures = Measures(
        per_second=20.0,
        operations={"place_order": Latencies(count=100, per_second=20.0, p50_ms=5.0, p95_ms=9.0, p99_ms=12.0)},
        cpu_s={"order-1": 0.5, "mysql": 0.5},
        recovery_s=1.25,
    )
    assert dict(figures(verdict(measures))) == {
        "operations/s": 20.0,
        "CPU-ms per operation": 10.0,
        "place_order p95 ms": 9.0,
        "place_order p99 ms": 12.0,
        "recovery s": 1.25,
    }
    assert dict(figures(verdict(None))) == {}
    assert dict(figures(verdict(Measures()))) == {}


def test_a_run_without_a_verdict_is_not_among_the_runs(tmp_path: Path) -> None:
    for name in ("died", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "verdict.json").write_text("{")
    assert runs_of(tmp_path) == ()


def test_a_change_is_told_with_its_night_and_commit() -> None:
    kept = nights(SLOWER)
    (found,) = series(kept)
    (change,) = found.changes
    assert told(found, change, kept) == (
        f"load_flash_sale: CPU-ms per operation +50% (10 to 15) since 2026-01-08, commit {kept[7].commit[:10]}"
    )


def test_the_page_shows_changes_and_what_failed() -> None:
    kept = [*nights(SLOWER), night(13, 15.0, outcome=Outcome.FAIL)]
    shown = page(kept, lost=2)
    assert "CPU-ms per operation +50%" in shown
    assert "make load PROFILE=flash_sale SEED=13" in shown
    assert "2 lines of the file could not be read" in shown
    assert "https://" not in shown.partition("<script>")[0]


def test_a_page_without_nights_says_how_to_have_one() -> None:
    assert "make nightly" in page([])


def test_the_command_writes_the_page_and_may_fail_on_a_change(tmp_path: Path) -> None:
    for each in nights(SLOWER):
        append(each, tmp_path / "nights.jsonl")
    app = command_line(["trend"], print)
    late = CliRunner().invoke(app, ["trend", str(tmp_path), "--fail-on-change"])
    assert (late.exit_code, "+50%" in late.output) == (0, True), "it is older than five nights"
    (tmp_path / "nights.jsonl").write_text("".join((tmp_path / "nights.jsonl").read_text().splitlines(True)[:11]))
    assert CliRunner().invoke(app, ["trend", str(tmp_path), "--fail-on-change"]).exit_code == 1
    assert "Trend over 11 nights" in (tmp_path / "trend.html").read_text()
    assert CliRunner().invoke(app, ["trend", str(tmp_path / "nowhere")]).exit_code == 2


def test_lines_are_plain_json(tmp_path: Path) -> None:
    append(night(1, 1.5), tmp_path / "nights.jsonl")
    (line,) = (tmp_path / "nights.jsonl").read_text().splitlines()
    assert json.loads(line)["parts"][0]["runs"][0]["figures"] == {"CPU-ms per operation": 1.5}
