"""Customers are made also by a shop that is busy at first."""

from pathlib import Path
from typing import cast

import httpx

from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.customers import customers
from harness.experiment import Context
from harness.experiment.triggers import RunProgress
from harness.history import Recorder
from harness.seed import Seed
from tests.unit.chaos.workloads.fake_shop import FakeShop, FrontDesk, Kept


class Busy(FrontDesk):
    """Says once that it made no account, though it has."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[int] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        status = {0: 503, 1: 409}.get(len(self.said))
        answer = httpx.Response(status, json={}, headers={"retry-after": "0"}) if status else super().answer(request)
        self.said.append(answer.status_code)
        return answer


async def test_an_account_that_was_made_by_an_attempt_answered_503_is_logged_into() -> None:
    desk = Busy()
    context = Context(Seed(1), Recorder(Kept()), RunProgress(), Path("unused"), lambda _text: None)
    async with desk.client() as http:
        (buyer,) = await customers(1, Habits(), cast("RunningShop", FakeShop(http, ["gateway-1"])), context)
    assert desk.said == [503, 409, 200]
    assert buyer.user_id == "u"
