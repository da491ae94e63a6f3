"""Runs with equal needs share a stack that is reset in between; one that cannot be made as new is thrown away, and said."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import Choices, Context
from harness.seed import Seed
from harness.stack.errors import StartFailed
from harness.stack.reset import Done, NotClean
from harness.system import OwnSource, StackNeeds, grouped, kept, needs, source_of, stacks_kept
from harness.system.kept import KeptStacks
from harness.system.system import StackSystem
from tests.unit.harness.system.fake_stack import FakeStack, context

SERVICES = Path(__file__).parents[4] / "system" / "services.toml"
NEEDS = StackNeeds(topology=SERVICES, instances={"order": 2})
OTHERS = replace(NEEDS, environment={"order": {"LOCK_TTL_S": "1"}})


class Stage:
    """The stacks that were made, and what their resets were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stacks: list[FakeStack] = []
        self.resets: list[tuple[Seed, bool]] = []
        self.failure: Exception | None = None
        self.refused: Exception | None = None

    def stack(self, *_arguments: Any, **_options: Any) -> FakeStack:
        folder = self.folder / f"stack-{len(self.stacks)}"
        (folder / "logs").mkdir(parents=True)
        (folder / "logs" / "order-1.log").write_text("of the first run\n")
        made = FakeStack(folder)
        made.failure = self.failure
        self.stacks.append(made)
        return made

    def reset(self, _stack: FakeStack) -> Any:
        return SimpleNamespace(do=self._do)

    def _do(self, seed: Seed, *, at_rest: bool) -> Done:
        self.resets.append((seed, at_rest))
        if self.refused:
            raise self.refused
        return Done(("order-1",), 1.0)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(tmp_path)
    monkeypatch.setattr(needs, "Stack", made.stack)
    monkeypatch.setattr(kept, "Reset", made.reset)
    return made


@pytest.fixture
def stacks(stage: Stage) -> Iterator[KeptStacks]:
    with stacks_kept() as kept_ones:
        yield kept_ones
    assert all(each.story[-1] == "stopped" for each in stage.stacks)


def run_of(stage: Stage, name: str, notes: list[str] | None = None) -> Context:
    folder = stage.folder / name
    folder.mkdir()
    return context(folder, notes, Choices(provider="native"))


async def test_the_second_run_gets_the_first_ones_stack_as_new(stage: Stage, stacks: KeptStacks) -> None:
    notes: list[str] = []
    async with stacks.ready(NEEDS, run_of(stage, "one")) as first:
        stacks.leave(at_rest=True)
    async with stacks.ready(NEEDS, run_of(stage, "two", notes)) as second:
        assert second is first
        assert stage.resets == [(Seed(1), True)]
        assert notes == ["the stack of one again: reset in 1.0 s; started again: order-1"]
        log = stage.stacks[0].folder / "logs" / "order-1.log"
        assert log.read_text() == "", "what the first run wrote is the first run's"
        log.write_text("of the second run\n")
    logs = {name: (stage.folder / name / "stack" / "logs" / "order-1.log").read_text() for name in ("one", "two")}
    assert logs == {"one": "of the first run\n", "two": "of the second run\n"}
    assert len(stage.stacks) == 1


async def test_a_run_that_did_not_say_how_it_left_the_system_did_not_leave_it_at_rest(stage: Stage, stacks: KeptStacks) -> None:
    for name, at_rest in (("one", True), ("two", None), ("three", False), ("four", True)):
        async with stacks.ready(NEEDS, run_of(stage, name)):
            if at_rest is not None:
                stacks.leave(at_rest=at_rest)
    assert [at_rest for _, at_rest in stage.resets] == [True, False, False]


async def test_a_stack_that_cannot_be_made_as_new_is_thrown_away_and_that_is_said(stage: Stage, stacks: KeptStacks) -> None:
    notes: list[str] = []
    async with stacks.ready(NEEDS, run_of(stage, "one")) as first:
        pass
    stage.refused = NotClean("1 messages in work")
    async with stacks.ready(NEEDS, run_of(stage, "two", notes)) as second:
        assert second is not first
        assert stage.stacks[0].story[-1] == "stopped"
    assert notes[0] == "the stack of one is thrown away, it cannot be made as new: 1 messages in work"
    assert "order-1 ready" in notes


@pytest.mark.parametrize("other", [(OTHERS, "native"), (NEEDS, "auto")])
async def test_a_run_with_other_needs_or_choices_gets_another_stack(
    stage: Stage, stacks: KeptStacks, other: tuple[StackNeeds, str]
) -> None:
    wanted, provider = other
    async with stacks.ready(NEEDS, run_of(stage, "one")) as first:
        pass
    two = replace(run_of(stage, "two"), choices=Choices(provider=provider))
    async with stacks.ready(wanted, two) as second:
        assert second is not first
        assert stage.stacks[0].story[-1] == "stopped", "there is one at a time"
    assert stage.resets == []


async def test_a_stack_that_does_not_start_is_not_kept(stage: Stage, stacks: KeptStacks) -> None:
    stage.failure = StartFailed("order-1 died")
    with pytest.raises(StartFailed):
        async with stacks.ready(NEEDS, run_of(stage, "one")):
            pytest.fail("it was not ready")
    assert stage.stacks[0].story == ["starting", "stopped"]
    stage.failure = None
    async with stacks.ready(NEEDS, run_of(stage, "two")) as second:
        assert second.folder == stage.stacks[1].folder


async def test_an_interrupted_reset_is_waited_for(stage: Stage, stacks: KeptStacks, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stacks.ready(NEEDS, run_of(stage, "one")):
        pass
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop, done = asyncio.get_running_loop(), []

    def slowly(_seed: Seed, *, at_rest: bool) -> Done:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        done.append(at_rest)
        return Done((), 0)

    monkeypatch.setattr(stacks._kept.reset, "do", slowly)  # type: ignore[union-attr]  # there is one

    async def enter() -> None:
        async with stacks.ready(NEEDS, run_of(stage, "two")):
            pytest.fail("it was interrupted")

    entering = asyncio.create_task(enter())
    await begun.wait()
    entering.cancel()
    await asyncio.sleep(0.05)
    assert not entering.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert done == [False]


def test_stacks_are_kept_inside_the_block_only(tmp_path: Path) -> None:
    assert source_of(Choices()) == OwnSource()
    with stacks_kept() as stacks:
        assert source_of(Choices()) is stacks
        assert source_of(Choices(stack=tmp_path)) is not stacks
    assert source_of(Choices()) == OwnSource()


def test_experiments_that_need_the_same_are_next_to_each_other() -> None:
    def one(name: str, **more: Any) -> Any:
        return SimpleNamespace(name=name, system=StackSystem(subject=lambda *_: None, topology=SERVICES, **more))

    wanted = [
        one("a"),
        one("b", proxied=True),
        one("c", watchers=("locks",)),
        one("d", instances={"order": 2}),
        one("e", proxied=True),
    ]
    assert [each.name for each in grouped(wanted)] == ["a", "c", "b", "e", "d"]
