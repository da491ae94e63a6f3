"""The report of a load shows the generator, percentiles, users and statuses; that of anything else shows none of it."""

from pathlib import Path

from harness.history import History, Recorder, Writer
from harness.load.events import GENERATOR, LATENCIES, PROGRESS
from harness.report.load_figures import MOST_BINS, NO_ANSWER, STATUSES, USERS, load_charts, load_figures
from harness.report.page import page
from harness.verdict import Outcome
from tests.unit.harness.report.pictured_run import concluded
from tests.unit.harness.report.saved_run import save

GENERATED = {"process": "load-1", "visits": 90, "late": 3, "longest_late_s": 0.2, "cpu_s": 1.5, "resident_bytes": 1 << 27}
MEASURED = {"count": 90, "p50_ms": 4.0, "p95_ms": 9.5, "p100_ms": 20.0}


def loaded(folder: Path) -> History:
    """A saved run with what a load records."""
    run = save(folder)
    with Writer(run.path / "history.1.jsonl") as writer:
        recorder = Recorder(writer, first_id=1 << 40)
        recorder.event(PROGRESS, "", {"users": 40, "requests": 10, "failures": 0, "per_second": 10.0, "p95_ms": 9.0})
        recorder.event(GENERATOR, "load-1", GENERATED)  # type: ignore[arg-type]  # numbers and a text are JSON
        recorder.event(LATENCIES, "place_order", MEASURED)
    return run.read_history()


def test_the_tables_hold_what_was_measured(tmp_path: Path) -> None:
    found = load_figures(loaded(tmp_path))
    assert found is not None
    (generator,), (latencies,) = found.generator, found.latencies
    assert (generator.process, generator.visits, generator.late, generator.resident_mib) == ("load-1", 90, 3, 128.0)
    assert (latencies.operation, latencies.count) == ("place_order", 90)
    assert latencies.percentiles == {"p50": 4.0, "p95": 9.5, "p100": 20.0}


def test_every_answer_is_drawn_once_by_its_status(tmp_path: Path) -> None:
    charts = load_charts(loaded(tmp_path))
    assert {*charts} == {USERS, STATUSES}
    rows = charts[STATUSES]["datasets"]["statuses"]
    assert sum(row["rate"] * (row["end"] - row["begin"]) for row in rows) == 10
    assert {row["status"] for row in rows} <= {"201", "409", "503", NO_ANSWER}
    assert len({row["begin"] for row in rows}) <= MOST_BINS


def test_what_is_no_load_shows_nothing_of_it(tmp_path: Path) -> None:
    history = save(tmp_path).read_history()
    assert (load_figures(history), load_charts(history)) == (None, {})


def test_the_page_has_it(tmp_path: Path) -> None:
    facts = save(tmp_path / "facts").record()
    shown = page(facts, loaded(tmp_path / "load"), concluded(Outcome.PASS), {})
    assert all(text in shown for text in ('id="load"', 'id="load-users"', "load-1", "p95"))
    assert 'id="load"' not in page(facts, save(tmp_path / "other").read_history(), concluded(Outcome.PASS), {})
