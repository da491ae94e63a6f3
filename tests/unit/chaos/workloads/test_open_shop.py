"""The shop stays open until what is awaited has happened, and its customers come once more after that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop, WorkloadTimeoutError
from harness.experiment import Context, Drive, OperationsEnded, Workload
from harness.experiment.triggers import RunProgress
from harness.history import History, Recorder
from harness.seed import Seed
from tests.unit.chaos.workloads.fake_shop import FakeShop, FrontDesk, Kept

STAYS = Habits(retries=1.0, attempts=4, pays=0.0, cancels=0.0)
PLACED = "place_order"


@asynccontextmanager
async def opened(
    shop: Workload[Any], gateway: FrontDesk, monkeypatch: pytest.MonkeyPatch, seed: int = 7
) -> AsyncIterator[tuple[Drive, Kept]]:
    kept = Kept()
    recorder, progress = Recorder(kept), RunProgress()
    recorder.listen(progress.update)
    async with gateway.client() as http:
        subject: Any = FakeShop(http, ["gateway-1", "gateway-2"])

        async def answer(request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0)  # others have their turn, as they do while a real answer is awaited
            return gateway.answer(request)

        # The workload connects to the gateways itself.
        monkeypatch.setattr(httpx, "AsyncHTTPTransport", lambda **_options: httpx.MockTransport(answer))
        yield await shop.prepare(subject, Context(Seed(seed), recorder, progress, Path(), lambda _text: None)), kept


async def test_it_closes_when_it_has_happened_and_everybody_comes_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = OpenShop(daring=None, until=OperationsEnded(PLACED, 12), buyers=4, pause_s=0.01, habits=STAYS)
    async with opened(shop, FrontDesk(stock=500), monkeypatch) as (drive, kept):
        await drive()
    placed = History(tuple(kept)).named(PLACED)
    assert len(placed) >= 12 + 4 - 1
    assert len({each.input["key"] for each in placed}) == len(placed), "each purchase has a key of its own"
    last = {each.process: each.invoked_ns for each in placed}
    happened = sorted(each.completed_ns or 0 for each in placed)[11]
    assert len(last) == 4
    assert all(invoked > happened for invoked in last.values())


@pytest.mark.parametrize("habits", [STAYS, Habits(pays=0.5, cancels=0.0), Habits(pays=0.5, cancels=0.5)])
async def test_it_does_the_operations_that_it_names(habits: Habits, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = OpenShop(daring=None, until=OperationsEnded(PLACED, 30), buyers=4, pause_s=0.01, habits=habits)
    async with opened(shop, FrontDesk(stock=500), monkeypatch) as (drive, kept):
        await drive()
    assert {each.name for each in History(tuple(kept)).operations} == shop.operations


async def test_it_is_not_open_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = OpenShop(daring=None, until=OperationsEnded("never", 1), buyers=2, pause_s=0.01, timeout_s=0.05, habits=STAYS)
    async with opened(shop, FrontDesk(stock=500), monkeypatch) as (drive, _):
        with pytest.raises(ExceptionGroup) as raised:
            await drive()
    assert raised.group_contains(WorkloadTimeoutError, match="1 never ended")
