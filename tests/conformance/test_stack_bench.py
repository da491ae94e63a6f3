"""`gauntlet bench stack` on a small system: every figure is there, and nothing is left."""

import json
import subprocess
import sys
from pathlib import Path

import psutil

from tests.conformance.toys import SMALL

TIMEOUT_S = 100


def test_it_measures_every_member_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "harness.cli", "bench", "stack", "--topology", str(SMALL), "--rounds", "2"]
    done = subprocess.run(  # noqa: S603 - our own CLI
        [*command, "--json", str(file)],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path / "tmp")},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in ("slowest server alone (locks)", "cold start / slowest server", "attach, in a process", "namespace, reset all"):
        assert line in done.stdout
    rounds = json.loads(file.read_text())
    assert len(rounds) == 2
    for each in rounds:
        assert each["alone"].keys() == {"locks"}
        assert {part["name"] for part in each["parts"]} == {"locks", "back-1", "front-1"}
        assert each["cold_s"] >= max(part["ready_s"] for part in each["parts"])
        assert all(each[figure] > 0 for figure in ("attach_s", "process_attach_s", "make_s", "reset_s", "drop_s"))
    assert [path.name for path in (tmp_path / "tmp").iterdir() if not path.name.startswith("gauntlet-ports-")] == []
    ours = [process.pid for process in psutil.process_iter() if str(tmp_path) in " ".join(_words(process))]
    assert ours == []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
