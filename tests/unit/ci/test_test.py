"""`make test`: every part is run, the first failure is the exit code, and the end says what each part came to."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ci.test import NO_TESTS, PARTS, Ended
from ci.test import main as main_of_ci
from ci.test import pytest as run_pytest


class Runs:
    """Stands for pytest: ends with these codes, one after the other. `recorded` says which runs could record."""

    def __init__(self, *codes: int) -> None:
        self.codes = iter(codes)
        self.asked: list[Sequence[str]] = []
        self.recorded: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> Ended:
        self.asked.append(arguments)
        if "CONTRACTS_RECORD_DIR" in os.environ:
            self.recorded.append(arguments[0])
        code = next(self.codes)
        return Ended(code, f"....\n\x1b[32m\x1b[1m==== {code} it was in 1.0s ====\x1b[0m\n")


class Verified:
    """Stands for the check of recorded traffic: always ends with the same code."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.complete: list[bool] = []

    def __call__(self, facts: Path, complete: bool) -> int:
        assert facts.is_dir()
        self.complete.append(complete)
        return self.code


def main(arguments: Sequence[str], runs: Runs, verified: Verified | None = None) -> int:
    return main_of_ci(arguments, runs, verified or Verified())


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((0, 0, 0, 0), 0),
        ((1, 0, 0, 0), 1),
        ((0, 0, 0, 2), 2),
        ((0, 3, 1, 0), 3),
        ((0, 0, 1, 0), 1),
        ((NO_TESTS, 0, NO_TESTS, NO_TESTS), 0),
        ((NO_TESTS, 0, NO_TESTS, 1), 1),
        ((NO_TESTS, NO_TESTS, NO_TESTS, NO_TESTS), NO_TESTS),
    ],
)
def test_all_parts_run_and_the_first_failure_is_the_exit_code(codes: tuple[int, ...], code: int) -> None:
    runs = Runs(*codes)
    assert main([], runs) == code
    assert [asked[0] for asked in runs.asked] == ["tests/unit", "tests/contract", "tests/fuzz", "tests/chaos"]


def test_the_end_says_what_each_part_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    main([], Runs(0, 1, 0, NO_TESTS))
    summary = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert [line[:2] for line in summary] == [["unit", "ok"], ["shared", "FAIL"], ["fuzz", "ok"], ["apart", "none"]]
    assert summary[0][-5:] == ["0", "it", "was", "in", "1.0s"]


@pytest.mark.parametrize(
    ("arguments", "codes", "complete"),
    [
        ([], (0, 0, 0, 0), [True]),
        ([], (0, 1, 0, 0), [False]),
        (["--", "-k", "name"], (0, 0, 0, 0), [False]),
        (["--app", "order"], (0, 0), [False]),
        ([], (0, NO_TESTS, 0, 0), []),
        (["--part", "apart"], (0,), []),
    ],
)
def test_what_consumers_use_is_recorded_and_verified(
    arguments: list[str], codes: tuple[int, ...], complete: list[bool]
) -> None:
    runs, verified = Runs(*codes), Verified()
    main(arguments, runs, verified)
    assert verified.complete == complete
    assert len(runs.recorded) == (1 if "apart" not in arguments else 0)
    assert "CONTRACTS_RECORD_DIR" not in os.environ


def test_what_is_used_and_not_declared_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], Runs(0, 0, 0, 0), Verified(1)) == 1
    assert "consumers do not declare what they use" in capsys.readouterr().out
    assert main([], Runs(0, 2, 0, 0), Verified(1)) == 2


def test_what_is_asked_for_is_passed_on() -> None:
    runs = Runs(0)
    assert main(["--part", "apart", "--workers", "3", "--nightly", "--", "-k", "name"], runs) == 0
    (asked,) = runs.asked
    assert asked[:4] == ["tests/chaos", "tests/conformance", "-n", "4"]  # one more than asked for: see ci/test.py
    assert asked[-3:] == ["--nightly", "-k", "name"]


def test_one_service_has_only_the_parts_that_have_tests_for_it() -> None:
    runs = Runs(0, 0)
    assert main(["--app", "order"], runs) == 0
    assert [asked[0] for asked in runs.asked] == ["tests/unit/system/order", "tests/integration/order"]
    with pytest.raises(SystemExit):
        main(["--app", "nix"], runs)


def test_every_folder_of_tests_belongs_to_one_part() -> None:
    from ci.test import ROOT

    there = {str(each.parent.relative_to(ROOT)).split("/")[1] for each in (ROOT / "tests").rglob("test_*.py")}
    assert {f"tests/{name}" for name in there} <= {root for part in PARTS for root in part.roots}


def test_pytest_itself_is_shown_and_its_last_line_kept(capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_pytest(["--version"])
    assert ended.code == 0
    assert ended.last_line.startswith("pytest ")
    assert ended.output in capfd.readouterr().out
    assert sys.executable
