"""From the last heal on the system is used until it serves for good; a run says when that was, and that it was tried at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.checkers import first_for_good
from harness.experiment import Bounds, Context, Minimum, NotServedError, Probe, RunFolder, judge, judge_folder
from harness.experiment.probing import until_served
from harness.history import IN_A_ROW, PROBE, PROBED, Event, History, Record, Recorder, attempts, last_heal_ns
from harness.report.measures import measured
from harness.verdict import Outcome
from tests.unit.harness.experiment.fake_shop import FakeKill, FakeShop, FakeSystem, kill
from tests.unit.harness.experiment.test_runner import GUARANTEES, Runs


@dataclass
class ProbedShop(FakeShop):
    """Serves its probe from the n-th attempt on, which leaves orders like any other."""

    served_from: int = 0
    hangs: bool = False
    probes: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def probing(self, context: Context) -> AsyncIterator[Probe]:
        async def probe(number: int) -> None:
            self.probes.append(f"{len(self.down)} down")
            with context.recorder.invoke(PROBE, "place_order") as call:
                if self.hangs:
                    await asyncio.Event().wait()
                call.answered(201 if number >= self.served_from else 503, {})
                self.orders += 1
            if number < self.served_from:
                raise NotServedError(f"answered 503 at attempt {number}")

        self.story.append("probe ready")
        yield probe
        self.story.append("probe gone")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


async def test_it_is_used_after_the_last_heal_until_it_serves_for_good(runs: Runs) -> None:
    shop = ProbedShop(served_from=1)
    verdict = await runs(
        FakeSystem(shop), faults=(kill(FakeKill(), at=2, until=4), kill(FakeKill(), name="again", at=5, until=8))
    )
    history = runs.folder.read_history()
    assert verdict.outcome is Outcome.PASS, verdict
    assert [each.well for each in attempts(history)] == [False, *[True] * IN_A_ROW]
    assert attempts(history)[0].said == "answered 503 at attempt 0"
    assert set(shop.probes) == {"0 down"}, "never while a fault was in force"
    assert "recovery" in [stage for stage, _ in runs.stages()]
    first, healed_ns = first_for_good(attempts(history)), last_heal_ns(history)
    assert first is not None
    assert healed_ns is not None
    assert measured(history).recovery_s == round((first.ended_ns - healed_ns) / 1e9, 3)
    assert shop.story[-4:] == ["watched", "probe gone", "observe", "stop"]


async def test_it_begins_with_the_heal_and_not_with_the_end_of_the_workload(runs: Runs) -> None:
    await runs(FakeSystem(ProbedShop()), faults=(kill(FakeKill(), at=2, until=4),))
    history = runs.folder.read_history()
    ended_ns = next(each.time_ns for each in history.stages if each.stage == "workload" and each.state == "end")
    assert attempts(history)[0].began_ns < ended_ns


async def test_a_system_that_never_serves_is_given_up_and_the_run_goes_on(runs: Runs) -> None:
    shop = ProbedShop(served_from=10**6)
    await runs(FakeSystem(shop), faults=(kill(FakeKill()),), bounds=Bounds(probe_s=0.6, settle_poll_s=0.001))
    history = runs.folder.read_history()
    assert len(attempts(history)) > 1
    assert first_for_good(attempts(history)) is None
    assert ("recovery", "end") in runs.stages()
    assert measured(history).recovery_s is None


async def test_an_attempt_that_hangs_is_given_up_in_time(runs: Runs) -> None:
    await runs(FakeSystem(ProbedShop(hangs=True)), faults=(kill(FakeKill()),), bounds=Bounds(probe_s=0.2, settle_poll_s=0.001))
    (attempt,) = attempts(runs.folder.read_history())
    assert attempt.said == "not done after 0.2 s"


async def test_whatever_an_attempt_meets_is_no_service() -> None:
    records: list[Record] = []

    class Kept:
        def write(self, record: Record) -> None:
            records.append(record)

    async def reset(_number: int) -> None:
        raise ConnectionResetError("by peer")

    await until_served(reset, Recorder(Kept()), 0.1)
    assert [each.detail["said"] for each in records if isinstance(each, Event)] == ["ConnectionResetError: by peer"]


async def test_without_a_fault_or_without_a_heal_nothing_is_probed(runs: Runs, tmp_path: Path) -> None:
    shop = ProbedShop()
    await runs(FakeSystem(shop))
    assert "probe ready" not in shop.story
    await Runs(tmp_path / "second")(FakeSystem(shop), faults=(kill(FakeKill(), at=99),))
    assert shop.probes == []


async def test_what_the_probe_does_is_no_traffic_of_the_workload(runs: Runs) -> None:
    faults, minimums = (kill(FakeKill()),), (Minimum(operation="place_order", count=8),)
    verdict = await runs(FakeSystem(ProbedShop()), faults=faults, minimums=minimums)
    assert "7 seen" in verdict.requirements[0].detail


async def test_a_heal_after_which_a_ready_probe_was_not_used_proves_nothing(runs: Runs) -> None:
    await runs(FakeSystem(ProbedShop()), faults=(kill(FakeKill()),))
    history = runs.folder.read_history()
    without = History([each for each in history.records if not (isinstance(each, Event) and each.event == PROBED)])
    facts = runs.folder.record()
    assert judge_folder(RunFolder(runs.folder.path), GUARANTEES).verdict.outcome is Outcome.PASS
    found = judge(facts, without, GUARANTEES)
    assert [each.name for each in found.requirements if not each.met] == ["the system was probed after the last heal"]
