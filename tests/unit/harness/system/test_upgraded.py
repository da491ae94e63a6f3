"""A system that is upgraded starts from its first build, knows the one to upgrade to, and leaves no copy of the first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.experiment import Choices
from harness.stack.errors import NotAttachable
from harness.system import needs
from harness.system.needs import StackNeeds
from harness.system.sources import require
from harness.system.upgraded import FIRST_BUILD, UpgradedSystem
from tests.unit.harness.system.fake_stack import FakeStack, context

SERVICES = Path(__file__).parents[4] / "system" / "services.toml"


@asynccontextmanager
async def subject(stack: Any, _watchers: tuple[str, ...]) -> AsyncIterator[Any]:
    class Subject:
        async def outstanding(self) -> list[str]:
            return []

    yield Subject()


def unpacked(folder: Path) -> Path:
    folder.mkdir()
    (folder / "services.toml").write_text(SERVICES.read_text())
    return folder / "services.toml"


async def test_it_starts_from_the_first_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def stack(topology: Any, *_: Any, **options: Any) -> FakeStack:
        given.update(options, topology=topology)
        return FakeStack(tmp_path)

    monkeypatch.setattr(needs, "Stack", stack)
    system = UpgradedSystem[Any](subject=subject, topology=SERVICES, first_build=unpacked)
    async with system.started(context(tmp_path, choices=Choices(provider="native"))):
        assert given["topology"].source == tmp_path / FIRST_BUILD / "services.toml"
        assert given["next_build"].source == SERVICES
    assert not (tmp_path / FIRST_BUILD).exists()


def test_a_stack_of_others_cannot_be_upgraded(tmp_path: Path) -> None:
    wanted = StackNeeds(topology=SERVICES, next_build=SERVICES)
    with pytest.raises(NotAttachable, match="another build"):
        require(FakeStack(tmp_path), wanted)  # type: ignore[arg-type]  # a fake of the little it asks
