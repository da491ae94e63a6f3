"""Known bugs, planted one at a time in a copy of the shop: the experiment fails, and the right guarantee is named.

One bug for each of some experiments is tried here; `make mutants` tries all of them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE_S = 400
TRIED = (
    "reserves_without_taking",  # flash_sale
    "quorum_of_one",  # lock_majority_down
    "refund_skipped",  # saga_crash_during_compensation
    "inbox_forgets",  # queue_redelivery_storm
    "message_id_per_attempt",  # notification_down
    "announces_no_change",  # identity_cache_down
    "reads_anybodys_order",  # identity_instances_killed
)


@pytest.mark.timeout(PATIENCE_S + 60)
@pytest.mark.parametrize("name", TRIED)
def test_a_planted_bug_is_caught(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    provider = str(pytestconfig.getoption("--provider"))
    command = [sys.executable, "-m", "harness.cli", "mutants", "run", name, "--out", str(tmp_path), "--provider", provider]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - our own module
    assert done.returncode == 0, f"{done.stderr[-4000:]}\n{done.stdout[-4000:]}"
    assert f"caught        {name}" in done.stdout
