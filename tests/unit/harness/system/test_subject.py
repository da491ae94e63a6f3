"""A system that adds three methods is a whole subject."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from harness.experiment import Context, Subject
from harness.history import Event, Recorder, Row
from harness.stack.errors import StackError
from harness.system import StackNeeds, StackSubject, StackSystem, system
from tests.unit.harness.system.fake_stack import FakeStack, Sink, context


async def bell(subject: "Small", recorder: Recorder, ready: asyncio.Event) -> None:
    recorder.event("rang", subject.stack.manifest.provider)
    ready.set()
    await asyncio.Event().wait()


class Small(StackSubject):
    """The least that a system has to say."""

    known_watchers = {"bell": bell}  # noqa: RUF012 - declared a ClassVar where it comes from

    async def steady(self, context: Context) -> None:
        pass

    async def outstanding(self) -> Sequence[str]:
        return ()

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        return ()


@pytest.fixture
def stack(tmp_path: Path) -> FakeStack:
    return FakeStack(tmp_path)


def small(stack: FakeStack, *watchers: str) -> Small:
    return Small(cast(Any, stack), watchers)


async def test_it_tells_what_any_system_on_a_stack_can_tell(stack: FakeStack) -> None:
    subject: Subject = small(stack)
    facts = await subject.facts()
    assert (facts["provider"], facts["instances"]) == ("native", "2 order, 1 user")
    assert "python" in facts
    assert set(subject.logs()) == {"order-1", "order-2", "user-1"}


async def test_its_watchers_watch_it(stack: FakeStack, tmp_path: Path) -> None:
    sink = Sink()
    async with small(stack, "bell").watching(context(tmp_path, sink=sink)):
        pass
    (rang,) = [record for record in sink.records if isinstance(record, Event)]
    assert (rang.event, rang.subject) == ("rang", "native")


def test_a_watcher_that_nobody_knows_is_named(stack: FakeStack, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="gong"):
        small(stack, "gong").watching(cast(Context, None))


def test_without_proxied_edges_there_is_no_proxy(stack: FakeStack) -> None:
    with pytest.raises(StackError, match="no proxy"):
        _ = small(stack).proxy


@pytest.mark.parametrize(("outstanding", "at_rest"), [(list, True), (lambda: ["work"], False), (lambda: 1 / 0, False)])
async def test_a_system_opens_its_subject_on_the_stack_of_its_source_and_tells_how_it_left_it(
    stack: FakeStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outstanding: Callable[[], Sequence[str]],
    at_rest: bool,
) -> None:
    closed: list[str] = []

    @dataclass
    class Source:
        needs: StackNeeds | None = None
        at_rest: bool | None = None

        def leave(self, *, at_rest: bool) -> None:
            self.at_rest = at_rest

        @asynccontextmanager
        async def ready(self, needs: StackNeeds, context: Context) -> AsyncIterator[Any]:
            self.needs = needs
            yield stack
            closed.append("stack")

    source = Source()
    monkeypatch.setattr(system, "source_of", lambda _choices: source)
    declared = StackSystem(subject=Small, topology=Path("services.toml"), instances={"order": 2}, watchers=("bell",))

    async def left(_self: Small) -> Sequence[str]:
        return outstanding()

    monkeypatch.setattr(Small, "outstanding", left)
    async with declared.started(context(tmp_path)) as subject:
        subject.leaving.callback(closed.append, "subject")
        assert subject.watchers == ("bell",)
    assert closed == ["subject", "stack"]
    assert source.at_rest == at_rest
    assert source.needs == StackNeeds(topology=Path("services.toml"), instances={"order": 2})
