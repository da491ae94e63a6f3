"""`gauntlet bench proxy` measures what it says."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.bench import bench
from harness.proxy.bench.loads import LOADS
from harness.proxy.bench.measure import measure


def test_every_load_is_measured_both_ways() -> None:
    results = measure(2, pytest.fail, [replace(load, count=max(1, load.count // 100)) for load in LOADS])
    assert [result.load for result in results] == [load.name for load in LOADS]
    for result in results:
        assert min(result.direct, result.proxied, result.ratio) > 0


def test_the_command_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = CliRunner().invoke(bench, ["proxy", "--rounds", "1", "--json", str(file)])
    assert done.exit_code == 0, done.output
    figures = json.loads(file.read_text())
    assert {"load", "direct", "proxied", "ratio", "target", "cpu_us"} <= figures[0].keys()
