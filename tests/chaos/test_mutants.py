"""Known bugs, planted one at a time in a copy of the shop: the experiment fails, and the right guarantee is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from chaos.mutants import MUTANTS

PATIENCE_S = 400


@pytest.mark.timeout(PATIENCE_S + 60)
@pytest.mark.parametrize("name", [mutant.name for mutant in MUTANTS])
def test_a_planted_bug_is_caught(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    provider = str(pytestconfig.getoption("--provider"))
    command = [sys.executable, "-m", "harness.cli", "mutants", "run", name, "--out", str(tmp_path), "--provider", provider]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - our own module
    assert done.returncode == 0, f"{done.stderr[-4000:]}\n{done.stdout[-4000:]}"
    assert f"caught    {name}" in done.stdout


def test_there_are_bugs_of_at_least_six_experiments() -> None:
    assert len({mutant.experiment for mutant in MUTANTS}) >= 6
