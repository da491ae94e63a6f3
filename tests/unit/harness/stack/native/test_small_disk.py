"""A small disk is asked for by the environment; where it cannot be had, a server starts on its usual one."""

from pathlib import Path

import pytest

from harness.stack.errors import StartFailed
from harness.stack.native import small_disk
from harness.stack.native.small_disk import DISK_MB, command_on, mounted_for, size_mb

COMMAND = ("server", "--port", "1")


@pytest.mark.parametrize("allowed", [True, False])
def test_it_is_had_where_asked_for_and_possible(monkeypatch: pytest.MonkeyPatch, allowed: bool) -> None:
    monkeypatch.setattr(small_disk, "possible", lambda: allowed)
    assert size_mb({}) is None
    assert size_mb({DISK_MB: "16"}) == (16 if allowed else None)


@pytest.mark.parametrize("size", ["", "0", "-1", "1.5", "much", "²"])
def test_what_is_no_size_is_said(size: str) -> None:
    with pytest.raises(StartFailed, match=f"{DISK_MB}={size} is no number of MiB"):
        size_mb({DISK_MB: size})


def test_the_command_stays_what_it_is_without(tmp_path: Path) -> None:
    assert command_on(None, tmp_path, COMMAND) == COMMAND
    assert command_on(16, tmp_path, COMMAND)[-5:] == ("16", str(tmp_path), *COMMAND)


def test_a_process_without_one_and_one_that_is_gone_have_none() -> None:
    assert mounted_for(1) is None
    assert mounted_for(2**22 + 1) is None
