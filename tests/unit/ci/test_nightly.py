"""A night goes on whatever becomes of its parts, within its bounds, and the workflow calls what there is."""

import importlib.util
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # no stubs are installed; only safe_load is used
from typer.testing import CliRunner

from ci import nightly
from ci.nightly import LONG, ROOT, SETS, SHORT, Part, exit_code, night
from harness.cli.commands import command_line
from harness.exit_codes import ExitCode
from harness.seed import Seed
from harness.trend.night import read

SLEEPS = "import time; time.sleep(60)"  # in the process that is ended
WORKFLOW = ROOT / ".github" / "workflows" / "nightly.yml"


def played(codes: Mapping[str, int | None]) -> nightly.Run:
    def run(part: Part, _command: Sequence[str]) -> tuple[int | None, str]:
        if part.name not in codes:
            raise OSError("no such program")
        return codes[part.name], "played"

    return run


def test_a_part_that_dies_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = night(SHORT, Seed(1), tmp_path, run=played({"load": -9, "fuzz": 0, "contracts": None}))
    assert [(part.name, part.exit_code) for part in found.parts] == [
        ("load", -9),
        ("chaos", None),
        ("fuzz", 0),
        ("contracts", None),
    ]
    assert found.parts[1].ended == "could not be started: no such program"


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([0, 0], ExitCode.PASS),
        ([0, 3], ExitCode.INCONCLUSIVE),
        ([4, 3], ExitCode.TROUBLE),
        ([4, 1], ExitCode.FAIL),
        ([-9, 0], ExitCode.TROUBLE),
        ([None, 0], ExitCode.TROUBLE),
        ([2, 0], ExitCode.TROUBLE),
        ([130, 3], ExitCode.TROUBLE),
    ],
)
def test_its_exit_code_is_the_worst(tmp_path: Path, codes: list[int | None], code: ExitCode) -> None:
    parts = [Part(str(number), (), 1.0) for number in range(len(codes))]
    run = played({str(number): each for number, each in enumerate(codes)})
    assert exit_code(night(parts, Seed(1), tmp_path, run=run)) is code


def test_a_part_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nightly.run(Part("slow", (), 0.3), [sys.executable, "-c", SLEEPS]) == (None, "ended after its 0 s")
    monkeypatch.setattr(nightly, "PATIENCE_S", 0.3)
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
    assert nightly.run(Part("stubborn", (), 1.0), [sys.executable, "-c", stubborn])[0] is None


@pytest.mark.parametrize(("code", "said"), [(0, "green"), (1, "a promise was broken"), (7, "died with 7")])
def test_how_it_ended_is_told(code: int, said: str) -> None:
    assert nightly.run(Part("short", (), 20.0), [sys.executable, "-c", f"raise SystemExit({code})"]) == (code, said)


def test_a_night_is_kept_and_its_trend_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = dict.fromkeys((part.name for part in SHORT), 0)
    assert nightly.main(["--night", "short", "--seed", "7", "--out", str(tmp_path)], played(codes)) == 0
    assert nightly.main(["--night", "short", "--only", "fuzz", "--out", str(tmp_path)], played({"fuzz": 1})) == 1
    nights, lost = read(tmp_path / "nights.jsonl")
    assert ([len(each.parts) for each in nights], lost) == ([4, 1], 0)
    assert nights[0].seed == 7
    assert "Trend over 2 nights" in (tmp_path / "trend.html").read_text()
    assert "| fuzz | played |" in capsys.readouterr().out


def test_a_part_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        nightly.main(["--only", "fuz", "--out", str(tmp_path)])
    assert refused.value.code == 2


def test_parts_have_seeds_of_their_own_that_follow_from_the_nights(tmp_path: Path) -> None:
    (first, second), (again, _) = (
        [part.command(Seed(number), tmp_path, "native") for part in SHORT if part.name in ("load", "fuzz")] for number in (5, 5)
    )
    assert first == again
    assert first[first.index("--seed") + 1] != second[second.index("--seed") + 1]


def test_a_short_night_takes_less_than_twenty_minutes_and_a_long_one_fits_a_hosted_job() -> None:
    assert sum(part.bound_s for part in SHORT) <= 20 * 60
    assert {part.name for part in SHORT} <= {part.name for part in LONG}


@pytest.mark.parametrize("part", {part.told: part for parts in SETS.values() for part in parts}.values(), ids=lambda p: p.told)
def test_what_a_part_calls_is_there(part: Part, tmp_path: Path) -> None:
    command = part.command(Seed(1), tmp_path, "native")
    options = {word for word in command[1:] if word.startswith("--") and word != "--module"}
    if part.module:
        assert (importlib.util.find_spec(part.module), options) != (None, set())
        return
    app = command_line(list(part.words), print)
    named = part.words[: 1 if part.words[0] == "fuzz" else 2]
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*named, "--help"])
    assert shown.exit_code == 0, shown.output
    assert {option for option in options if option not in shown.output} == set()


def test_the_workflow_calls_what_there_is() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    (job,) = workflow["jobs"].values()
    assert job["strategy"]["matrix"]["provider"] == ["native", "docker"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    targets = {target for command in commands for target in re.findall(r"\bmake ([a-z-]+)", command)}
    makefile = (ROOT / "Makefile").read_text()
    assert targets == {"nightly"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    variables = {name for command in commands for name in re.findall(r"\b([A-Z]+)=", command)}
    assert all(re.search(rf"^{name} \?=", makefile, re.MULTILINE) for name in variables)
    assert workflow[True]["schedule"], "yaml 1.1 reads the key `on` as true"
    assert job["timeout-minutes"] <= 360, "hosted jobs end then"
