"""A finding is told once and repeated first; a part's time ends it, and an interruption does."""

import asyncio
import threading
from pathlib import Path

import pytest

from harness.fuzz.finding import Finding
from harness.fuzz.fuzzer import Fuzzer, run_part
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import findings, summaries
from tests.unit.harness.fuzz.kept import Kept, part

OPEN = Finding("doors", "open", "GET /door", "it was open")


@pytest.mark.parametrize("again", [True, False])
async def test_a_finding_is_done_again_before_it_is_told_and_only_the_first_time(again: bool, tmp_path: Path) -> None:
    sink, asked = Kept(), 0
    fuzzing = part(sink, tmp_path)

    async def once_more() -> bool:
        nonlocal asked
        asked += 1
        return again

    for _ in range(3):
        await fuzzing.repeat(OPEN, once_more)
    fuzzing.end()
    assert asked == 1
    assert [each.repeated for each in findings(sink.history)] == [again]
    assert summaries(sink.history)[0].sightings == {"open at GET /door": 3}


def test_equal_findings_are_told_once(tmp_path: Path) -> None:
    fuzzing = part(Kept(), tmp_path)
    fuzzing.found(OPEN, repeated=True)
    fuzzing.found(OPEN, repeated=True)
    assert len(fuzzing.found_so_far) == 1


def test_it_is_over_when_its_time_is(tmp_path: Path) -> None:
    assert part(Kept(), tmp_path, seconds=0).over
    assert not part(Kept(), tmp_path, seconds=60).over


async def test_work_in_a_thread_is_told_and_awaited_when_it_is_cancelled(tmp_path: Path) -> None:
    fuzzing = part(Kept(), tmp_path)
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        while not fuzzing.over:
            ended.wait(0.01)
        ended.set()

    running = asyncio.ensure_future(fuzzing.in_thread(work))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()


async def test_what_a_part_raises_is_kept_and_a_late_one_is_cancelled(tmp_path: Path) -> None:
    async def breaks(_subject: object, _fuzzing: Fuzzing) -> None:
        raise ValueError("no")

    async def sleeps(_subject: object, _fuzzing: Fuzzing) -> None:
        await asyncio.Event().wait()

    broken = await run_part(Fuzzer(name="doors", about="", share=1, run=breaks), None, part(Kept(), tmp_path))
    late = await run_part(
        Fuzzer(name="doors", about="", share=1, run=sleeps), None, part(Kept(), tmp_path, seconds=0), grace_s=0.01
    )
    assert broken.error == "ValueError: no"
    assert late.error == "it had not ended 0.01 s after its time"
