"""A service says that it is not ready when what it needs is seen away twice in a row, and that it is ready when it is back."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from system.common import readiness
from system.common.errors import Unavailable

SERVING, NOT_SERVING = 1, 2


class Told:
    """The health servicer's part that is told."""

    def __init__(self) -> None:
        self.statuses: list[tuple[str, int]] = []

    async def set(self, name: str, status: int) -> None:
        self.statuses.append((name, status))


async def told(seen: Iterator[bool], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is said while the database is seen like this, once for each look."""
    monkeypatch.setattr(readiness, "EVERY_S", 0.0)
    state: Any = Told()
    stop = asyncio.Event()

    async def database() -> None:
        try:
            there = next(seen)
        except StopIteration:
            stop.set()
            return
        if not there:
            raise Unavailable("away")

    await readiness.watch(state, ["shop"], [database], stop)
    assert {name for name, _ in state.statuses} == {"shop"}
    return [status for _, status in state.statuses[:-1]]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([True], [SERVING]),
        ([True, False, True], [SERVING, SERVING]),
        ([True, False, False, False, True], [SERVING, NOT_SERVING, SERVING]),
        ([False, False], [NOT_SERVING]),
    ],
)
async def test_what_is_said(seen: list[bool], said: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(iter(seen), monkeypatch) == said


async def test_without_needs_it_is_ready() -> None:
    state: Any = Told()
    stop = asyncio.Event()
    watching = asyncio.create_task(readiness.watch(state, ["shop"], [], stop))
    await asyncio.sleep(0)
    stop.set()
    await watching
    assert state.statuses == [("shop", SERVING)]
