"""What the run's own stack does around a start; the start itself is in tests/conformance."""

from pathlib import Path

import pytest

from harness.pytest_plugin.run_stack import RunStack
from harness.pytest_plugin.stack_options import StackOptions
from harness.stack.errors import StartFailed


@pytest.fixture
def own(tmp_path: Path) -> RunStack:
    return RunStack(StackOptions(topology=tmp_path / "services.toml"), tmp_path / "run", owner=1)


def test_a_start_that_failed_is_not_tried_again_by_any_process(own: RunStack, monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []

    def fail(_own: RunStack, gate: int) -> str:
        starts.append(gate)
        return "the reason"

    monkeypatch.setattr(RunStack, "_start", fail)
    another = RunStack(own.options, own.folder, own.owner)
    for process in (own, another):
        with pytest.raises(StartFailed, match="the reason"):
            process.stack()
    assert len(starts) == 1


def test_without_a_start_there_is_nothing_to_stop_and_nothing_to_tell(own: RunStack) -> None:
    assert own.close(green=False) == ""
    assert not own.folder.exists()


def test_what_failed_to_start_is_kept_for_its_logs_and_that_is_told(own: RunStack) -> None:
    own.folder.mkdir()
    assert own.close(green=False) == f"the stack's logs are kept in {own.place / 'logs'}"
    assert own.folder.exists()
    assert own.close(green=True) == ""
    assert not own.folder.exists()
