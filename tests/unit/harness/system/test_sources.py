"""A stack is there while the block runs, and whoever started it stops it, whatever goes wrong and whoever interrupts."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from harness.experiment import Choices, RunFolder
from harness.stack.errors import NotAttachable, StartFailed
from harness.system import AttachedSource, OwnSource, StackNeeds, needs, source_of, sources
from tests.unit.harness.system.fake_stack import FakeStack, context

SERVICES = Path(__file__).parents[4] / "system" / "services.toml"
NEEDS = StackNeeds(topology=SERVICES, instances={"order": 2})
NATIVE = Choices(provider="native")


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeStack:
    made = FakeStack(tmp_path)
    monkeypatch.setattr(needs, "Stack", lambda *_args, **_options: made)
    return made


async def test_a_stack_of_its_own_is_started_and_stopped(stack: FakeStack, tmp_path: Path) -> None:
    notes: list[str] = []
    async with OwnSource().ready(NEEDS, context(tmp_path, notes, NATIVE)) as ready:
        assert cast(Any, ready) is stack
        assert stack.story == ["starting", "started"]
    assert stack.story[-1] == "stopped"
    assert notes == ["provider native: asked for", "order-1 ready"]


async def test_a_start_that_fails_leaves_its_logs_with_the_run(stack: FakeStack, tmp_path: Path) -> None:
    stack.failure = StartFailed("order-1 died")
    with pytest.raises(StartFailed):
        async with OwnSource().ready(NEEDS, context(tmp_path, choices=NATIVE)):
            pytest.fail("it was not ready")
    assert stack.story == ["starting", "stopped"]
    assert RunFolder(tmp_path).read_logs()["order-1"] == "the last words of order-1"


async def test_an_interrupted_start_is_waited_for_before_it_is_stopped(stack: FakeStack, tmp_path: Path) -> None:
    stack.hold.clear()

    async def enter() -> None:
        async with OwnSource().ready(NEEDS, context(tmp_path, choices=NATIVE)):
            pytest.fail("it was interrupted")

    entering = asyncio.create_task(enter())
    await asyncio.to_thread(stack.begun.wait, 10)
    entering.cancel()
    await asyncio.sleep(0.05)
    assert stack.story == ["starting"]
    stack.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert stack.story == ["starting", "started", "stopped"]


def test_what_was_chosen_says_where_the_stack_comes_from(tmp_path: Path) -> None:
    assert source_of(Choices()) == OwnSource()
    assert source_of(Choices(stack=tmp_path)) == AttachedSource(tmp_path)


@pytest.mark.parametrize(
    ("needs", "advice"),
    [
        (StackNeeds(topology=SERVICES, instances={"order": 3, "user": 2}), "--instances order=3 --instances user=2"),
        (StackNeeds(topology=SERVICES, proxied=True), "--proxied"),
        (StackNeeds(topology=SERVICES, environment={"order": {"TTL_S": "3"}}), "--set order.TTL_S=3"),
        (
            StackNeeds(topology=SERVICES, environment={"order": {"TTL_S": "2", "A": "b c"}}),
            "--set order.TTL_S=2 --set 'order.A=b c'",
        ),
        (StackNeeds(topology=SERVICES, environment={"user": {"TTL_S": "2"}}), "--set user.TTL_S=2"),
    ],
)
async def test_a_stack_that_lacks_something_is_refused_with_the_command_for_one_that_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: StackNeeds, advice: str
) -> None:
    monkeypatch.setattr(sources, "attach", lambda _folder: FakeStack(tmp_path))
    with pytest.raises(NotAttachable, match=f"gauntlet up --detach {advice}"):
        async with AttachedSource(tmp_path).ready(needs, context(tmp_path)):
            pytest.fail("it has not what is needed")


async def test_an_attached_stack_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = FakeStack(tmp_path)
    monkeypatch.setattr(sources, "attach", lambda _folder: theirs)
    async with AttachedSource(tmp_path).ready(NEEDS, context(tmp_path)):
        pass
    assert theirs.story == []


async def test_a_stack_that_has_all_that_is_needed_is_attached_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = FakeStack(tmp_path)
    monkeypatch.setattr(sources, "attach", lambda _folder: stack)
    needs = StackNeeds(topology=SERVICES, instances={"order": 2}, environment={"order": {"TTL_S": "2"}})
    async with AttachedSource(tmp_path).ready(needs, context(tmp_path)) as ready:
        assert cast(Any, ready) is stack
