"""Daring customers draw what they do from the seed alone, do one thing at a time each, and everything is recorded."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from chaos.client import Line
from chaos.observations import catalogue, identity
from chaos.observations.orders import PLACE_ORDER, READ_ORDER
from chaos.workloads.daring import abandoning, ordering, paying
from chaos.workloads.daring.crowd import ACTS, Crowd
from chaos.workloads.daring_shop import DaringShop
from chaos.workloads.flash_sale import FlashSale
from harness.history import History
from tests.unit.chaos.workloads.fake_shop import AccountDesk, played

LINES = TypeAdapter(list[Line])
CROWD = Crowd(customers=3, pause_s=0.001, accounts=True)


def daring(**other: Any) -> DaringShop:
    return DaringShop(**{"crowd": CROWD, "acts": 6, "rare": 2, "rivals": 4, "groups": 2, "abandoning": 0, **other})


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits until it is late."""
    monkeypatch.setattr(paying, "LATE_S", 0.0)


@dataclass
class Numbering(AccountDesk):
    """Every product has an id of its own."""

    products: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        answer = super().answer(request)
        if (request.method, request.url.path) == ("POST", "/products"):
            self.products += 1
            return httpx.Response(201, json={**answer.json(), "id": f"p{self.products:02}"})
        return answer


async def asked(workload: Any, monkeypatch: pytest.MonkeyPatch, seed: int = 1) -> History:
    return await played(workload, Numbering(stock=10**6), seed, monkeypatch)


def ordered(history: History) -> dict[str, list[tuple[str, str]]]:
    """The keys and lines that every customer sent, in its order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in history.named(PLACE_ORDER):
        found.setdefault(each.process, []).append((str(each.input["key"]), repr(each.input["items"])))
    return found


async def test_a_seed_decides_what_is_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    one, again, other = [ordered(await asked(daring(), monkeypatch, seed)) for seed in (5, 5, 6)]
    assert one == again
    assert one != other


async def test_what_it_names_is_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    workload = daring(acts=50)  # more than are dealt to each
    history = await asked(workload, monkeypatch)
    assert {each.name for each in history.operations} == workload.operations

    busy: dict[str, int] = {}
    for each in history.operations:
        assert busy.get(each.process, 0) <= each.invoked_ns, f"two operations of {each.process} at once"
        busy[each.process] = each.completed_ns or 0

    placed = history.named(PLACE_ORDER)
    quantities = {line.quantity for each in placed for line in LINES.validate_python(each.input["items"])}
    assert quantities & set(ordering.REFUSED_UNITS)
    assert 1000 in quantities
    assert max(Counter((each.process, str(each.input["key"])) for each in placed).values()) > 1
    owners: dict[str, set[str]] = {}
    for each in placed:
        owners.setdefault(str(each.input["key"]), set()).add(str(each.input["user_id"]))
    assert any(len(users) > 1 for users in owners.values()), "no key is used by two users"
    assert all(isinstance(each.input["available"], int) for each in history.named(catalogue.SET_STOCK))
    assert len({each.input["limit"] for each in history.named(identity.LIST_ORDERS)}) > 2


async def test_all_of_a_group_order_before_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    history = await asked(daring(acts=0, rare=6), monkeypatch)
    rounds: dict[str, list[tuple[int, int]]] = {}
    for each in history.named(PLACE_ORDER):
        turn, _, product = str(each.input["key"]).partition("-")
        rounds.setdefault(f"{turn} {product[-3:]}", []).append((each.invoked_ns, each.completed_ns or 0))
    assert len(rounds) >= 6
    for times in rounds.values():
        assert len(times) == 2
        assert max(begun for begun, _ in times) < min(ended for _, ended in times)


async def test_who_leaves_an_order_looks_what_becomes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abandoning, "LOOK_S", 0.001)
    monkeypatch.setattr(abandoning, "LOOKS", 3)
    history = await asked(daring(acts=0, abandoning=2), monkeypatch)
    left = [each for each in history.named(PLACE_ORDER) if str(each.input["key"]).startswith("left-")]
    looks = Counter(each.process for each in history.named(READ_ORDER))
    assert {each.process: looks[each.process] for each in left} == {"buyer-004": 4, "buyer-005": 4}


async def test_a_crowd_ends_with_what_it_is_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    sale = FlashSale(stock=50, buyers=12, concurrent=3, daring=Crowd(customers=2, pause_s=0.001))
    history = await asked(sale, monkeypatch)
    assert {"daring-00", "daring-01", "clerk"} <= {each.process for each in history.operations}
    assert {each.name for each in history.operations} <= sale.operations


def test_every_act_is_named_once_and_says_what_it_is() -> None:
    assert len({each.name for each in ACTS}) == len(ACTS) >= 25
    assert all(each.weight > 0 and each.do.__doc__ for each in ACTS)
