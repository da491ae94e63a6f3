"""Whoever runs or judges an experiment on a system that is no stack needs neither our stacks nor the clients of any server."""

import json
import subprocess
import sys

import pytest

FOREIGN = (
    "harness.stack",
    "harness.system",
    "harness.proxy",
    "pymysql",
    "redis",
    "aio_pika",
    "grpc",
    "httpx",
    "psutil",
    "docker",
)
PRINT_LOADED = "import json, sys, {}; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.parametrize("module", ["harness.experiment", "harness.checkers", "chaos.guarantees", "chaos.observations"])
def test_it_loads_no_stack_and_no_driver(module: str) -> None:
    code = PRINT_LOADED.format(module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    loaded = set(json.loads(done.stdout))
    assert module in loaded
    assert loaded.isdisjoint(FOREIGN)
