"""Ctrl-C in the middle of a real experiment: everything stops, and what was done until then is reported."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.stack.manifest import read
from harness.stack.marker import Mark, marked

pytestmark = pytest.mark.nightly


def test_ctrl_c_during_a_run_leaves_a_report_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "it's a run"
    process = subprocess.Popen(  # noqa: S603 - our own CLI
        [sys.executable, "-m", "harness.cli", "chaos", "run", "flash_sale", "--seed", "1", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a group of its own, as a terminal makes one
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests that run in the background ignore it
    )
    assert process.stdout is not None
    try:
        said = next(line for line in process.stdout if line.startswith("• workload"))
        (run,) = out.glob("*-flash_sale-1")
        mark = Mark(read(run / "stack").stack, run / "stack" / "logs")
        assert len(marked(mark)) > 10
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, said
    assert marked(mark) == []
    verdict = json.loads((run / "verdict.json").read_text())
    assert "interrupted" in " ".join(map(str, verdict["errors"]))
    assert (run / "report.html").stat().st_size > 10_000
