"""Known bugs, planted one at a time in a copy of the shop: the experiment fails, and the right guarantee is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.registry import mutants

PATIENCE_S = 400
AT_EACH_COMMIT = (
    "reserves_without_taking",  # books at rest: flash_sale, no_oversell
    "quorum_of_one",  # watchers: lock_majority_down, lock_exclusive_and_fenced
    "announces_no_change",  # answers: identity_cache_down, stale_tokens_rejected
)
"""One of each kind of evidence: books at rest, watchers, answers over time; all others are tried nightly."""


def all_mutants() -> list[object]:
    """Those of each commit as they are, the others marked."""
    known = mutants()
    return [*AT_EACH_COMMIT, *(pytest.param(name, marks=pytest.mark.nightly) for name in known if name not in AT_EACH_COMMIT)]


@pytest.mark.timeout(PATIENCE_S + 60)
@pytest.mark.parametrize("name", all_mutants())
def test_a_planted_bug_is_caught(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    provider = str(pytestconfig.getoption("--provider"))
    command = [sys.executable, "-m", "harness.cli", "mutants", "run", name, "--out", str(tmp_path), "--provider", provider]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - our own module
    assert done.returncode == 0, f"{done.stderr[-4000:]}\n{done.stdout[-4000:]}"
    assert f"{name}  caught by the guarantee named: " in done.stdout
