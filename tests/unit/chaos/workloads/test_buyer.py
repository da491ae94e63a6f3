"""A buyer insists with one key while it cannot know, and every request it made is on record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from chaos.client import Address, Line, Provider, Shop
from chaos.workloads.buyer import Buyer, Habits
from harness.history import Ending, History, Record, Recorder
from harness.seed import Seed
from tests.unit.chaos.fake_gateway import FakeGateway

ADDRESS = Address("Ada", "Main 1", "Bern", "3000", "CH")
STAYS = Habits(retries=1.0, attempts=4, pays=0.0, cancels=0.0)


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


class Scene:
    """A buyer in front of a fake gateway."""

    def __init__(self) -> None:
        self.gateway = FakeGateway()
        self.kept = Kept()
        self.seed = 7

    @asynccontextmanager
    async def _buyer(self, habits: Habits) -> AsyncIterator[Buyer]:
        async with self.gateway.client() as http:
            recorder, random = Recorder(self.kept), Seed(self.seed).stream("buyer")
            yield Buyer("buyer-1", "u", ADDRESS, Shop(http, "token"), Provider(http), recorder, random, habits)

    async def buys(self, habits: Habits = STAYS) -> list[tuple[str, int | None]]:
        """Let the buyer buy; returns what was recorded: operation and status."""
        async with self._buyer(habits) as buyer:
            await buyer.buys("key-1", [Line("p", 1)])
        return [(operation.name, operation.status) for operation in self.history.operations]

    @property
    def history(self) -> History:
        return History(tuple(self.kept))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for as long as he is told to."""
    monkeypatch.setattr("chaos.workloads.buyer.LONGEST_WAIT_S", 0.02)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_an_order_is_placed_and_looked_at(scene: Scene) -> None:
    assert await scene.buys() == [("place_order", 201), ("read_order", 200)]
    assert scene.history.operations[0].input == {
        "user_id": "u",
        "key": "key-1",
        "items": [{"product_id": "p", "quantity": 1}],
        "delivery_address": {
            "recipient": "Ada",
            "street": "Main 1",
            "city": "Bern",
            "postal_code": "3000",
            "country": "CH",
        },
    }


async def test_sold_out_is_an_answer(scene: Scene) -> None:
    scene.gateway.stock = 0
    assert await scene.buys() == [("place_order", 409)]


@pytest.mark.parametrize("trouble", [503, 504, 500, httpx.ReadTimeout("late"), httpx.ConnectError("refused")])
async def test_while_it_cannot_know_it_asks_again_with_the_same_key(scene: Scene, trouble: int | Exception) -> None:
    scene.gateway.first = [trouble, trouble]
    placed = (await scene.buys())[:3]
    assert [name for name, _ in placed] == ["place_order"] * 3
    assert placed[2][1] == 201
    assert {operation.input.get("key") for operation in scene.history.named("place_order")} == {"key-1"}
    assert len(scene.gateway.orders) == 1


async def test_it_does_not_ask_for_ever(scene: Scene) -> None:
    scene.gateway.first = [503] * 99
    assert await scene.buys() == [("place_order", 503)] * 4
    assert all(operation.unknown for operation in scene.history.operations)


async def test_some_do_not_insist_and_leave_an_unknown_outcome(scene: Scene) -> None:
    scene.gateway.first = [httpx.ReadTimeout("late")]
    assert await scene.buys(Habits(retries=0.0)) == [("place_order", None)]
    (operation,) = scene.history.operations
    assert operation.ending is Ending.INFO


async def test_an_undecided_order_is_watched_until_it_is_decided(scene: Scene) -> None:
    scene.gateway.status = "PENDING"
    assert await scene.buys() == [("place_order", 202), ("read_order", 200), ("read_order", 200)]


async def test_one_who_cannot_learn_more_gives_up(scene: Scene) -> None:
    scene.gateway.status = "PENDING"
    scene.gateway.retry_after = "0"

    class Stuck(FakeGateway):
        def answer(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(404, json={}, headers={"retry-after": "0"})
            return super().answer(request)

    scene.gateway = Stuck(status="PENDING")
    recorded = await scene.buys()
    assert recorded == [("place_order", 202), *[("read_order", 404)] * Habits().polls]


async def test_one_who_pays_pays(scene: Scene) -> None:
    recorded = await scene.buys(Habits(retries=1.0, pays=1.0, cancels=0.0))
    assert recorded[2:] == [("authorise_payment", 201), ("complete_order", 200)]


async def test_one_who_cancels_cancels(scene: Scene) -> None:
    recorded = await scene.buys(Habits(retries=1.0, pays=0.0, cancels=1.0))
    assert recorded[2:] == [("cancel_order", 200)]


async def test_an_answer_that_makes_no_sense_is_on_record_and_ends_it(scene: Scene) -> None:
    scene.gateway.first = [201]
    assert await scene.buys() == [("place_order", 201)]


PAYS = Habits(retries=1.0, attempts=3, pays=1.0, cancels=0.0)


class Slow(FakeGateway):
    """Answers `said` to the next completions."""

    def __init__(self, *said: int) -> None:
        super().__init__()
        self.said = said

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.said and request.url.path.endswith("/complete"):
            status, *rest = self.said
            self.said = tuple(rest)
            code = {"code": "ORDER_BUSY"} if status == 409 else {}
            return httpx.Response(status, json=code, headers={"retry-after": "0"})
        return super().answer(request)


async def test_one_whose_payment_is_under_way_looks_on(scene: Scene) -> None:
    scene.gateway = Slow(202)
    recorded = await scene.buys(PAYS)
    assert recorded[2:4] == [("authorise_payment", 201), ("complete_order", 202)]
    assert {name for name, _ in recorded[4:]} == {"read_order"}


async def test_one_who_hears_nothing_may_pay_with_another_payment(scene: Scene) -> None:
    scene.gateway = Slow(503)
    recorded = await scene.buys(Habits(retries=1.0, pays=1.0, cancels=0.0, pays_again=1.0))
    assert [name for name, _ in recorded[2:]] == ["authorise_payment", "complete_order"] * 2
    assert [status for _, status in recorded[2:]] == [201, 503, 201, 200]


async def test_one_who_does_not_asks_again_with_the_same(scene: Scene) -> None:
    scene.gateway = Slow(503, 503)
    recorded = await scene.buys(PAYS)
    assert recorded[2:] == [("authorise_payment", 201), *[("complete_order", 503)] * 2, ("complete_order", 200)]


async def test_one_who_is_told_that_the_order_is_busy_comes_back_as_often_as_he_does(scene: Scene) -> None:
    scene.gateway = Slow(409, 409)
    recorded = await scene.buys(Habits(retries=1.0, pays=1.0, cancels=0.0, busy_retries=2))
    assert recorded[3:] == [("complete_order", 409), ("complete_order", 409), ("complete_order", 200)]


async def test_one_who_does_not_come_back_looks_on(scene: Scene) -> None:
    scene.gateway = Slow(409)
    recorded = await scene.buys(PAYS)
    assert recorded[3] == ("complete_order", 409)
    assert {name for name, _ in recorded[4:]} == {"read_order"}


async def test_one_whose_card_is_declined_pays_with_another_or_not_at_all(scene: Scene) -> None:
    outcomes = set()
    for number in range(12):
        scene.gateway, scene.kept = Slow(402), Kept()
        scene.seed = number
        recorded = await scene.buys(Habits(retries=1.0, pays=1.0, cancels=0.0, bad_card=1.0))
        methods = [each.input["method"] for each in scene.history.named("authorise_payment")]
        statuses = [status for name, status in recorded if name == "complete_order"]
        outcomes.add((tuple(methods), tuple(statuses)))
    assert outcomes == {(("card_declined",), (402,)), (("card_declined", "card_ok"), (402, 200))}
