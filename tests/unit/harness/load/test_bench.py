"""A bench shows what each scenario measured, for each of its operations, and every part's limit."""

from dataclasses import replace
from pathlib import Path

import pytest

from chaos.load.bench import BENCH
from chaos.load.parts import MEASURED
from harness.experiment import RunFolder
from harness.history import History, Recorder, Writer, read_run
from harness.load.bench import PART, Figure, Limit, UnknownScenarioError, figure, figures
from harness.load.bench_page import page
from harness.report.measures import Latencies, Measures
from harness.verdict import Outcome
from tests.unit.harness.trend.test_nights import verdict

PLACE = BENCH.scenarios[0]
MEASURES = Measures(
    per_second=100.0,
    operations={
        "place_order": Latencies(count=200, per_second=25.0, p50_ms=5.0, p95_ms=9.0, p99_ms=12.0),
        "create_product": Latencies(count=1, per_second=0.1, p50_ms=5.0, p95_ms=9.0, p99_ms=12.0),
    },
    cpu_s={"order-1": 1.0, "mysql": 0.6, "mailbox": 0.001},
)
FIGURE = Figure(
    name="place, 50 users",
    outcome=Outcome.PASS,
    per_second=25.0,
    p50_ms=5.0,
    p95_ms=9.0,
    p99_ms=12.0,
    cpu_ms=8.005,
    cpu_ms_by_process={"mysql": 3.0, "order-1": 5.0},
)


def placed(folder: Path) -> History:
    """200 orders within 8 s."""
    now = 0
    with Writer(folder / "history.jsonl") as writer:
        recorder = Recorder(writer, lambda: now)
        calls = [recorder.invoke("buyer", "place_order") for _ in range(200)]
        now = 8_000_000_000
        for call in calls:
            call.answered(201, {})
    return read_run(folder)


def test_cpu_is_that_of_the_operation_the_scenario_is_about(tmp_path: Path) -> None:
    assert figure(PLACE, verdict(MEASURES), placed(tmp_path)) == FIGURE


@pytest.mark.parametrize("measures", [None, Measures()])
def test_a_scenario_that_did_nothing_has_no_figure(measures: Measures | None) -> None:
    assert figure(PLACE, verdict(measures), History(())) is None


def test_the_limits_are_read_from_what_the_parts_recorded(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "bench_parts", 1)
    with Writer(folder.history) as writer:
        Recorder(writer).event(PART, "a part", {"count": 400, "seconds": 2.0, "cpu_ms": 0.5})
    from harness.report.verdict_file import _FILE

    folder.verdict.write_bytes(_FILE.dump_json(replace(verdict(None), experiment="bench_parts")))
    assert figures(BENCH, [folder]) == ([], [Limit(name="a part", per_second=200.0, cpu_ms=0.5)])


def test_scenarios_can_be_chosen_and_the_parts_are_always_measured() -> None:
    assert [each.name for each in BENCH.experiments(["place, 200 users"])] == ["load_bench_place_200", "bench_parts"]
    assert len(BENCH.experiments()) == len(BENCH.scenarios) + 1
    with pytest.raises(UnknownScenarioError, match="there is place, 50 users"):
        BENCH.experiments(["nothing"])


def test_the_shops_bench_measures_every_part() -> None:
    assert BENCH.parts.sightings[0].count == len(MEASURED) >= 6


def test_the_page_shows_figures_and_limits() -> None:
    shown = page("About it.", [FIGURE], [Limit(name="a part", per_second=200.0, cpu_ms=0.5)])
    assert all(text in shown for text in ("About it.", "place, 50 users", "8.0", "a part", "0.500"))
    assert "vegaEmbed" not in page("About it.", [], [])
