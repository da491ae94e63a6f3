"""The rule of tests/unit/conftest.py is in force."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", [["/usr/bin/redis-server", "--port", "1"], [sys.executable, "-m", "harness.stack.guard"]])
def test_a_unit_test_that_starts_a_server_fails(command: list[str]) -> None:
    with pytest.raises(Exception, match=r"a unit test starts (redis-server|harness\.stack\.guard)"):
        subprocess.run(command, check=False)  # noqa: S603 - it is not run
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0
