"""The matrix keeps what is done, goes on where it was, stops at the first catch, and tells how each mutant stands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from time import monotonic

import pytest

from harness.exit_codes import ExitCode
from harness.proof.source.cells import CLEAN, Cells, Seen
from harness.proof.source.detectors import Detection
from harness.proof.source.matrix import Matrix, OutOfTime, Planted
from harness.proof.source.reports import as_json, page, summary
from harness.proof.source.standing import MatrixTable, Standing, table

CAUGHT = Detection(seen=Seen.CAUGHT, by=("kept",), why="a < b & c", seconds=2.0)
SURVIVED, NOT_GREEN = Detection(seen=Seen.SURVIVED, seconds=1.0), Detection(seen=Seen.NOT_GREEN, why="it broke down")
NOT_STARTED = Detection(seen=Seen.NOT_STARTED, why="no port")


@contextmanager
def nowhere() -> Iterator[Path]:
    yield Path("services.toml")


def planted(name: str, *detectors: str) -> Planted:
    return Planted(
        name=name, about="a bug", where="f.py", diff="-a\n+<b>", text=f"text of {name}", detectors=detectors, copy=nowhere
    )


class Bench:
    """Detectors that find what the test says; `asked` are those that looked."""

    def __init__(self, path: Path, **found: Detection) -> None:
        self.found = found
        self.asked: list[str] = []
        self.cells = Cells(path / "cells.jsonl")
        self.mutants = [planted("m", "first", "second"), planted("n", "third")]

    def detect(self, detector: str, _topology: Path, _seed: int) -> Detection:
        self.asked.append(detector)
        return self.found[detector]

    def run(self, *, until: float | None = None, every: bool = False) -> None:
        Matrix(self.cells, self.detect, lambda _text: None, until, every).run(self.mutants)

    def table(self, **explained: str) -> MatrixTable:
        return table(self.mutants, self.cells, self.cells.of(CLEAN, "clean text"), explained)

    def control(self, *wanted: tuple[str, int]) -> None:
        Matrix(self.cells, self.detect, lambda _text: None).control("clean text", Path("services.toml"), wanted)


def test_the_first_that_catches_it_is_enough(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=CAUGHT, second=CAUGHT, third=SURVIVED)
    bench.run()
    assert bench.asked == ["first", "third"]
    assert [row.standing for row in bench.table().rows] == [Standing.CAUGHT, Standing.SURVIVED]


def test_all_look_when_that_is_wanted(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=CAUGHT, second=SURVIVED, third=SURVIVED)
    bench.run(every=True)
    assert bench.asked == ["first", "second", "third"]


def test_what_is_done_is_not_done_again_by_another_process(tmp_path: Path) -> None:
    Bench(tmp_path, first=SURVIVED, second=CAUGHT, third=SURVIVED).run()
    again = Bench(tmp_path)
    again.run()
    assert again.asked == []
    assert again.table().score == 0.5


def test_a_mutant_of_another_text_is_run_again(tmp_path: Path) -> None:
    Bench(tmp_path, first=CAUGHT, third=CAUGHT).run()
    again = Bench(tmp_path, first=SURVIVED, second=SURVIVED)
    again.mutants = [Planted(**{**{f: getattr(again.mutants[0], f) for f in Planted.__dataclass_fields__}, "text": "new"})]
    again.run()
    assert again.asked == ["first", "second"]


def test_an_interruption_keeps_what_is_done_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=SURVIVED)

    def interrupted(detector: str, topology: Path, seed: int) -> Detection:
        if detector == "second":
            raise KeyboardInterrupt
        return bench.detect(detector, topology, seed)

    with pytest.raises(KeyboardInterrupt):
        Matrix(bench.cells, interrupted, lambda _text: None).run(bench.mutants)
    with bench.cells.path.open("a") as file:
        file.write('{"mutant": "n", "te')
    again = Bench(tmp_path, second=CAUGHT, third=SURVIVED)
    assert [row.standing for row in again.table().rows] == [Standing.OPEN, Standing.OPEN]
    again.run()
    assert again.asked == ["second", "third"]
    assert {row.standing for row in Bench(tmp_path).table().rows} == {Standing.CAUGHT, Standing.SURVIVED}


def test_mutants_are_tried_at_a_time_and_the_detectors_of_one_after_the_other(tmp_path: Path) -> None:
    bench, together = Bench(tmp_path, first=SURVIVED, second=CAUGHT, third=SURVIVED), Barrier(2, timeout=20.0)
    said: list[str] = []

    def detect(detector: str, topology: Path, seed: int) -> Detection:
        if detector != "second":
            together.wait()
        return bench.detect(detector, topology, seed)

    Matrix(bench.cells, detect, said.append, jobs=2).run(bench.mutants)
    assert bench.asked.index("first") < bench.asked.index("second")
    assert {row.standing for row in Bench(tmp_path).table().rows} == {Standing.CAUGHT, Standing.SURVIVED}
    assert "[1/2] m, second, seed 1: caught by kept after 2 s a < b & c" in said


def test_what_is_at_work_when_the_time_is_over_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=SURVIVED)
    matrix = Matrix(bench.cells, bench.detect, lambda _text: None, until=monotonic() + 60)

    def detect(detector: str, topology: Path, seed: int) -> Detection:
        matrix.until = monotonic() - 1
        return bench.detect(detector, topology, seed)

    matrix.detect = detect
    with pytest.raises(OutOfTime):
        matrix.run(bench.mutants)
    assert [cell.detector for cell in bench.cells.of("m", "text of m")] == ["first"]


def test_nothing_is_begun_when_the_time_is_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(OutOfTime):
        bench.run(until=monotonic() - 1)
    assert bench.asked == []


@pytest.mark.parametrize(
    ("found", "explained", "stands", "code"),
    [
        (CAUGHT, {}, Standing.CAUGHT, ExitCode.PASS),
        (SURVIVED, {}, Standing.SURVIVED, ExitCode.FAIL),
        (SURVIVED, {"m": "it is equivalent"}, Standing.EXPLAINED, ExitCode.PASS),
        (CAUGHT, {"m": "it is equivalent"}, Standing.CAUGHT, ExitCode.PASS),
        (NOT_GREEN, {}, Standing.NOT_GREEN, ExitCode.INCONCLUSIVE),
        (NOT_GREEN, {"m": "it is equivalent"}, Standing.NOT_GREEN, ExitCode.INCONCLUSIVE),
    ],
)
def test_survivors_inconclusive_caught_and_explained_are_told_apart(
    tmp_path: Path, found: Detection, explained: dict[str, str], stands: Standing, code: ExitCode
) -> None:
    bench = Bench(tmp_path, first=found)
    bench.mutants = [planted("m", "first")]
    bench.run()
    shown = bench.table(**explained)
    assert ([row.standing for row in shown.rows], shown.exit_code) == ([stands], code)


def test_a_survivor_of_one_and_not_green_of_another_is_not_green(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=SURVIVED, second=NOT_GREEN, third=CAUGHT)
    bench.run()
    assert bench.table().rows[0].standing is Standing.NOT_GREEN
    bench.cells.forget(Seen.NOT_GREEN)
    assert Cells(bench.cells.path).of("m", "text of m") == bench.cells.of("m", "text of m")
    assert bench.table().rows[0].standing is Standing.OPEN


@pytest.mark.parametrize(
    ("found", "stands"),
    [
        ({"first": SURVIVED, "tests t": CAUGHT}, Standing.BY_TESTS),
        ({"first": NOT_GREEN, "tests t": CAUGHT}, Standing.BY_TESTS),
        ({"first": SURVIVED, "tests t": SURVIVED}, Standing.SURVIVED),
        ({"first": CAUGHT, "tests t": CAUGHT}, Standing.CAUGHT),
    ],
)
def test_what_only_tests_caught_is_told_apart(tmp_path: Path, found: dict[str, Detection], stands: Standing) -> None:
    bench = Bench(tmp_path, **found)
    bench.mutants = [planted("m", "first", "tests t")]
    bench.run(every=True)
    shown = bench.table()
    assert shown.rows[0].standing is stands
    assert shown.score == (1.0 if stands is Standing.CAUGHT else 0.0)
    assert shown.exit_code is (ExitCode.FAIL if stands is Standing.SURVIVED else ExitCode.PASS)


def test_what_tests_caught_is_open_until_the_others_have_looked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, **{"tests t": CAUGHT})
    bench.mutants = [planted("m", "tests t")]
    bench.run()
    bench.mutants = [planted("m", "first", "tests t", "tests u")]
    assert bench.table().rows[0].standing is Standing.OPEN
    bench.found = {"first": SURVIVED}
    bench.run()
    assert (bench.asked, bench.table().rows[0].standing) == (["tests t", "first"], Standing.BY_TESTS)


def test_what_two_could_not_start_is_left_alone_and_does_not_count(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=NOT_STARTED, second=NOT_STARTED)
    bench.mutants = [planted("m", "first", "second", "tests t")]
    bench.run()
    bench.run()
    assert bench.asked == ["first", "second"]
    shown = bench.table()
    assert (shown.rows[0].standing, shown.score, shown.exit_code) == (Standing.STILLBORN, None, ExitCode.PASS)


def test_what_one_could_not_start_is_not_green_unless_another_catches_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=NOT_STARTED, second=SURVIVED, third=CAUGHT)
    bench.mutants = [planted("m", "first", "second"), planted("n", "first", "third")]
    bench.run()
    assert [row.standing for row in bench.table().rows] == [Standing.NOT_GREEN, Standing.CAUGHT]


def test_a_mutant_that_nobody_claims_to_see_is_open(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.mutants = [planted("m")]
    bench.run()
    shown = bench.table()
    assert (shown.rows[0].standing, shown.rows[0].why) == (Standing.OPEN, "nobody claims to see it")
    assert shown.exit_code is ExitCode.INCONCLUSIVE


def test_a_control_that_fails_is_a_false_alarm(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=CAUGHT, third=CAUGHT)
    bench.run()
    bench.control(("first", 1), ("first", 2))
    bench.control(("first", 1))
    shown = bench.table()
    assert (len(shown.alarms), shown.exit_code) == (2, ExitCode.FAIL)
    assert "2 false alarms in 2 controls" in summary(shown)


def test_one_is_not_many(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=CAUGHT)
    bench.mutants = [planted("m", "first")]
    bench.run()
    bench.control(("first", 1))
    assert summary(bench.table()).startswith("1 mutant: 1 caught; ")
    assert summary(bench.table()).endswith("; 1 false alarm in 1 control")


def test_what_each_guarantee_caught_is_counted_and_too_few_are_marked(tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(5)]
    bench = Bench(tmp_path, first=CAUGHT, second=SURVIVED)
    bench.mutants = [replace(planted(name, "first"), breaks=("kept", "told")) for name in names]
    bench.run()
    bench.mutants += [
        replace(planted("untried", "first"), breaks=("told",)),
        replace(planted("survivor", "second"), breaks=("told",)),
    ]
    Matrix(bench.cells, bench.detect, lambda _text: None).run(bench.mutants[-1:])
    shown = table(bench.mutants, bench.cells, (), {}, ("told", "kept", "idle"))
    idle, kept, told = shown.guarantees
    assert (kept.caught, kept.named, kept.few) == (tuple(names), (), False)
    assert (told.caught, told.named, told.few) == ((), ("untried",), True)
    assert (idle.caught, idle.named, idle.few) == ((), (), True)
    assert summary(shown).endswith("; 2 guarantees with fewer than 5 mutants caught")
    assert page(shown).count("fewer than 5</span>") == 2
    assert [row["few"] for row in json.loads(as_json(shown))["guarantees"]] == [True, False, True]


def test_the_page_and_the_json_have_all_of_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, first=CAUGHT, third=SURVIVED)
    bench.run()
    bench.control(("third", 1))
    shown = bench.table()
    html = page(shown)
    assert "a &lt; b &amp; c" in html
    assert "+&lt;b&gt;" in html
    read = json.loads(as_json(shown))
    assert (read["score"], read["counts"]["SURVIVED"], read["false_alarms"]) == (0.5, 1, 0)
    assert read["mutants"][0]["cells"][0]["by"] == ["kept"]
