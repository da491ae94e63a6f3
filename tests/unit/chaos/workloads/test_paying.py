"""Workloads about paying: everybody has an order first, and then does with it what the workload is about."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import httpx
import pytest
from shop.product.v1 import product_pb2
from shop.product.v1.product_pb2_grpc import ProductServiceServicer, add_ProductServiceServicer_to_server

from chaos.workloads.buyer import Habits
from chaos.workloads.paying import PayingBuyers
from chaos.workloads.paying_late import LatePayers
from chaos.workloads.racing import RacingBuyers
from chaos.workloads.reservations_lost import INSTANCE, RELEASE, LostReservations
from harness.experiment import Context, Drive
from harness.experiment.triggers import RunProgress
from harness.history import History, Recorder
from harness.seed import Seed
from tests.unit.chaos.workloads.fake_shop import FakeShop, FrontDesk, Kept

if TYPE_CHECKING:
    from chaos.subject import RunningShop

PAYS = Habits(retries=1.0)


class Desk(FrontDesk):
    """Has goods for all; an order can be paid for `ttl_s` seconds."""

    ttl_s = 0.2

    def __init__(self) -> None:
        super().__init__(stock=100)
        self.until: dict[str, str] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        answer = super().answer(request)
        if not request.url.path.startswith("/orders"):
            return answer
        order = answer.json()
        until = (datetime.now(UTC) + timedelta(seconds=self.ttl_s)).isoformat().replace("+00:00", "Z")
        return httpx.Response(answer.status_code, json={**order, "expires_at": self.until.setdefault(order["id"], until)})


@asynccontextmanager
async def stage(seed: int = 7) -> AsyncIterator[tuple[FakeShop, Context, Kept]]:
    kept, desk = Kept(), Desk()
    context = Context(Seed(seed), Recorder(kept), RunProgress(), Path("unused"), lambda _text: None)
    async with desk.client() as http:
        yield FakeShop(http, ["gateway-1"]), context, kept


async def done(workload: Any, seed: int = 7) -> History:
    async with stage(seed) as (shop, context, kept):
        drive: Drive = await workload.prepare(shop, context)
        await drive()
        return History(tuple(kept))


@pytest.mark.parametrize("kind", [partial(PayingBuyers, daring=None), RacingBuyers, LatePayers])
async def test_it_does_the_operations_that_it_names(kind: Any) -> None:
    workload = kind(buyers=6)
    assert {operation.name for operation in (await done(workload)).operations} == workload.operations


async def test_all_have_an_order_before_the_first_pays() -> None:
    operations = (await done(PayingBuyers(daring=None, buyers=6, concurrent=2, habits=PAYS))).operations
    names = [operation.name for operation in operations if operation.process != "staff"]
    assert names.index("authorise_payment") == 12
    assert sorted(names[12:]) == ["authorise_payment"] * 6 + ["complete_order"] * 6


async def test_never_more_pay_at_once_than_may() -> None:
    history = await done(PayingBuyers(daring=None, buyers=6, concurrent=1, habits=PAYS))
    paying = [operation.process for operation in history.operations[14:]]
    assert paying == [name for name in dict.fromkeys(paying) for _ in range(2)]


async def test_a_race_is_run_by_two_processes_for_one_order() -> None:
    history = await done(RacingBuyers(buyers=5, concurrent=5, max_offset_s=0.001))
    paid, cancelled = history.named("complete_order"), history.named("cancel_order")
    assert len(paid) == len(cancelled) == 5
    assert {each.input["order_id"] for each in paid} == {each.input["order_id"] for each in cancelled}
    assert {f"{each.process}-cancels" for each in paid} == {each.process for each in cancelled}


async def test_the_seed_decides_who_is_quicker() -> None:
    async def winners(seed: int) -> list[str]:
        history = await done(RacingBuyers(buyers=8, concurrent=1, max_offset_s=0.02), seed)
        return [each.name for each in history.operations if each.name in ("complete_order", "cancel_order")][::2]

    assert len({tuple(await winners(seed)) for seed in range(6)}) > 1


async def test_late_payers_pay_around_the_end_of_their_time() -> None:
    before = time.monotonic_ns()
    history = await done(LatePayers(buyers=8, concurrent=8, early_s=0.05, late_s=0.1))
    begun = [(each.invoked_ns - before) / 1e9 for each in history.named("complete_order")]
    assert len(begun) == 8
    assert min(begun) > Desk.ttl_s - 0.05
    assert max(begun) - min(begun) > 0.01


class FakeProducts(ProductServiceServicer):
    """An instance of product that releases whatever it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def ReleaseReservations(self, request: Any, context: Any) -> Any:  # noqa: N802 - as in the proto
        self.asked.append(list(request.order_ids))
        released = [
            product_pb2.ReservationResult(order_id=each, outcome=product_pb2.RESERVATION_OUTCOME_RELEASED)
            for each in request.order_ids
        ]
        return product_pb2.ReleaseReservationsResponse(results=released)


async def test_every_second_reservation_is_released_before_anybody_pays() -> None:
    products, server = cast("Any", FakeProducts)(), grpc.aio.server()
    add_ProductServiceServicer_to_server(products, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with stage() as (shop, context, kept):
            shop.addresses[INSTANCE] = f"127.0.0.1:{port}"
            await (await LostReservations(buyers=6, concurrent=6).prepare(cast("RunningShop", shop), context))()
    finally:
        await server.stop(0)
    history = History(tuple(kept))
    (release,) = history.named(RELEASE)
    assert (release.ok, release.input["order_ids"]) == (True, products.asked[0])
    assert release.output == dict.fromkeys(products.asked[0], "RESERVATION_OUTCOME_RELEASED")
    assert len(products.asked[0]) == 3
    assert min(each.invoked_ns for each in history.named("authorise_payment")) > (release.completed_ns or 0)
    assert len(history.named("complete_order")) == 6
    assert {operation.name for operation in history.operations} == LostReservations().operations
