"""A watcher that dies says so at once, whenever that is."""

import asyncio
from pathlib import Path

import pytest

from harness.history import Recorder, Stage
from harness.system import watchers as module
from harness.system.watchers import Watcher, watching
from tests.unit.harness.system.fake_stack import Sink, context


async def well(_subject: object, recorder: Recorder, ready: asyncio.Event) -> None:
    ready.set()
    await asyncio.Event().wait()


async def dies_early(_subject: object, recorder: Recorder, ready: asyncio.Event) -> None:
    raise OSError("no socket")


async def ends(_subject: object, recorder: Recorder, ready: asyncio.Event) -> None:
    ready.set()


async def never(_subject: object, recorder: Recorder, ready: asyncio.Event) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(("watcher", "said"), [(dies_early, "OSError: no socket"), (ends, "it ended by itself")])
async def test_its_death_is_noted_recorded_and_ends_the_workload(tmp_path: Path, watcher: Watcher[None], said: str) -> None:
    sink, notes = Sink(), list[str]()
    run = context(tmp_path, notes, sink=sink)
    async with watching({"well": well, "ill": watcher}, None, run):
        assert run.abort.reason == "watcher ill died", "at once, not when watching is over"
        (begin, fail) = [record for record in sink.records if isinstance(record, Stage)]
        assert (begin.state, fail.state, fail.detail) == ("begin", "fail", f"watcher ill died: {said}")
    assert notes == [f"watcher ill died, so this run can prove nothing any more: {said}"]


async def test_watchers_that_are_told_to_stop_have_not_died(tmp_path: Path) -> None:
    sink = Sink()
    run = context(tmp_path, sink=sink)
    async with watching({"well": well}, None, run):
        pass
    assert (run.abort.reason, sink.records) == ("", [])


async def test_one_that_does_not_begin_to_watch_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READY_S", 0.01)
    with pytest.raises(TimeoutError):
        async with watching({"never": never}, None, context(tmp_path)):
            pytest.fail("it does not watch")
