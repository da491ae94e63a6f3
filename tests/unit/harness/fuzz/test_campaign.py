"""The parts share the time, in their order; one that breaks leaves the others theirs; what runs beside them ends with them."""

from pathlib import Path

import pytest

from harness.experiment import Context, Drive, EventsSeen, RunProgress
from harness.fuzz.campaign import Campaign
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import OVER, summaries
from harness.fuzz.suite import FuzzSuite, UnknownPartError
from harness.history import Recorder
from harness.seed import Seed
from tests.unit.harness.experiment.fake_shop import FakeShop, FakeSystem
from tests.unit.harness.fuzz.kept import Kept


def fuzzer(name: str, share: float, *, breaks: bool = False) -> Fuzzer[FakeShop]:
    async def run(_subject: FakeShop, fuzzing: Fuzzing) -> None:
        fuzzing.tried(name, "done")
        if breaks:
            raise ValueError(name)

    return Fuzzer(name=name, about=name, share=share, run=run)


PARTS = (fuzzer("doors", 1), fuzzer("walls", 2, breaks=True), fuzzer("windows", 3))


async def test_time_is_shared_and_what_is_left_goes_on(tmp_path: Path) -> None:
    sink, ended = Kept(), []
    recorder, progress = Recorder(sink), RunProgress()
    recorder.listen(progress.update)
    context = Context(Seed(7), recorder, progress, tmp_path, lambda _text: None)

    class Beside:
        async def prepare(self, _subject: FakeShop, context: Context) -> Drive:
            async def drive() -> None:
                ended.append(await context.progress.until(EventsSeen(OVER)))

            return drive

    campaign = Campaign(parts=PARTS, seconds=60, beside=Beside())
    await (await campaign.prepare(FakeShop(), context))()
    done = summaries(sink.history)
    assert [each.part for each in done] == ["doors", "walls", "windows"]
    assert [each.error for each in done] == ["", "ValueError: walls", ""]
    assert [round(each.given_s) for each in done] == [10, 24, 60]  # each took no time, and left it to the next
    assert len({each.seed for each in done}) == 3
    assert "raise ValueError(name)" in (tmp_path / "fuzz" / "walls" / "traceback.txt").read_text()
    assert ended == [True]


@pytest.fixture
def suite() -> FuzzSuite[FakeShop]:
    return FuzzSuite(name="s", about="a", system=FakeSystem(FakeShop()), parts=PARTS, guarantees=("kept",))


def test_a_suite_is_an_experiment_of_the_parts_that_were_chosen(suite: FuzzSuite[FakeShop]) -> None:
    experiment = suite.experiment(["windows", "doors"], 30)
    assert experiment.guarantees == ("fuzz_doors", "fuzz_windows", "kept")
    assert experiment.command == "make fuzz TIME=30 PARTS='windows doors'"
    assert suite.share_s("walls", 180) == 60


def test_an_unknown_part_is_told_with_those_there_are(suite: FuzzSuite[FakeShop]) -> None:
    with pytest.raises(UnknownPartError, match="no part roof; there is doors, walls, windows"):
        suite.experiment(["roof"])
