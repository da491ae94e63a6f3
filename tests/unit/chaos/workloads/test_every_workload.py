"""What holds for every workload: its seed decides what it asks, keys stay with their orders, only the unknown is retried."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chaos.observations import identity
from chaos.observations.orders import PLACE_ORDER
from chaos.workloads.buyer import Habits
from chaos.workloads.flash_sale import FlashSale
from chaos.workloads.identity import Identity
from chaos.workloads.open_shop import OpenShop
from chaos.workloads.paying import PayingBuyers
from chaos.workloads.paying_late import LatePayers
from chaos.workloads.racing import RacingBuyers
from harness.experiment import OperationsEnded
from harness.history import History, Operation
from tests.unit.chaos.workloads.fake_shop import AccountDesk, FlakyDesk, FrontDesk, played

ARBITRARY = Habits(retries=0.8, attempts=40, pays=0.5, cancels=0.3, bad_card=0.3, pays_again=0.3, busy_retries=2)

BUYING: dict[str, Callable[[], Any]] = {
    "flash_sale": lambda: FlashSale(daring=None, stock=200, buyers=12, concurrent=12, habits=ARBITRARY),
    "open_shop": lambda: OpenShop(
        daring=None, until=OperationsEnded(PLACE_ORDER, 12), buyers=4, pause_s=0.001, habits=ARBITRARY
    ),
    "paying": lambda: PayingBuyers(daring=None, buyers=12, habits=ARBITRARY),
    "paying_late": lambda: LatePayers(buyers=8, early_s=0.01, late_s=0.01, habits=ARBITRARY),
    "racing": lambda: RacingBuyers(buyers=8, max_offset_s=0.001, habits=ARBITRARY),
}
BEFORE_RACES = {name: make for name, make in BUYING.items() if name != "racing"}
"""Who wins a race is up to the shop; the others depend on nothing but what they draw."""


def asked(history: History) -> dict[str, list[tuple[object, ...]]]:
    """What every process asked, in its order, but for ids that the shop made."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for each in history.operations:
        said = {name: value for name, value in each.input.items() if name not in ("order_id", "payment_id")}
        found.setdefault(each.process, []).append((each.name, repr(said)))
    return found


def begins_alike(one: History, other: History) -> bool:
    """Whether every process asked the same as far as both got; how far that is may be up to time."""
    first, second = asked(one), asked(other)
    assert first
    assert first.keys() == second.keys()
    return all(left == right for process in first for left, right in zip(first[process], second[process], strict=False))


@pytest.mark.parametrize("workload", BEFORE_RACES)
async def test_the_same_seed_asks_the_same(workload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make = BEFORE_RACES[workload]
    runs = [await played(make(), FrontDesk(stock=500), seed, monkeypatch) for seed in (7, 7, 8)]
    assert begins_alike(runs[0], runs[1])
    assert not begins_alike(runs[0], runs[2]) or asked(runs[0]) != asked(runs[2])


@pytest.mark.parametrize("workload", BUYING)
async def test_only_what_is_unknown_is_retried_and_with_the_same_key(workload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history = await played(BUYING[workload](), FlakyDesk(stock=6), 3, monkeypatch)
    attempts: dict[tuple[str, str], list[Operation]] = {}
    for each in history.named(PLACE_ORDER):
        attempts.setdefault((each.process, str(each.input["key"])), []).append(each)
    assert any(len(made) > 1 for made in attempts.values()), "nothing was retried"
    for made in attempts.values():
        assert all(each.unknown for each in made[:-1])
        assert len({repr(each.input) for each in made}) == 1
    keys = Counter(key for _, key in attempts)
    assert set(keys.values()) == {1}, "no two buyers share a key"


@pytest.mark.parametrize("workload", BUYING)
async def test_every_process_is_a_client_of_its_own(workload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history = await played(BUYING[workload](), FrontDesk(stock=500), 3, monkeypatch)
    busy: dict[str, int] = {}
    for each in history.operations:
        assert busy.get(each.process, 0) <= each.invoked_ns, "two operations of one process at once"
        busy[each.process] = each.completed_ns or 0


async def test_a_flash_sale_asks_for_one_unit_each_and_stops_at_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    stays = Habits(retries=1.0, pays=0.0, cancels=0.0)
    history = await played(
        FlashSale(daring=None, stock=5, buyers=12, concurrent=3, habits=stays), FrontDesk(stock=5), 1, monkeypatch
    )
    placed = history.named(PLACE_ORDER)
    assert Counter(each.status for each in placed) == {201: 5, 409: 7}
    assert {each.process for each in placed} == {f"buyer-{number:03}" for number in range(12)}
    assert all(each.input["items"] == [{"product_id": "p", "quantity": 1}] for each in placed)
    open_at_once = max(
        sum(other.invoked_ns <= each.invoked_ns < (other.completed_ns or 0) for other in placed) for each in placed
    )
    assert open_at_once <= 3


CHANGES = (identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE)
IDENTITY = Identity(customers=2, staff=1, rounds=2, unauthorized_per_change=3)


async def test_identity_changes_every_account_and_shows_tokens_at_every_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    history = await played(IDENTITY, AccountDesk(stock=500), 1, monkeypatch)
    people = {"customer-00", "customer-01", "employee-00"}
    changed = Counter(str(each.input["user_id"]) for each in history.named(*CHANGES) if each.ok)
    assert changed == dict.fromkeys(people, IDENTITY.rounds)
    assert {each.process for each in history.named(identity.CHANGE_ROLE)} <= {"admin"}
    shown = {(each.process, each.input["at"]) for each in history.named(identity.USE_TOKEN)}
    assert shown == {(name, gateway) for name in people for gateway in ("gateway-1", "gateway-2")}
    tried = history.named(identity.TRESPASS)
    assert {each.process for each in tried} == {"customer-00", "customer-01"}
    assert len(tried) == 2 * IDENTITY.rounds * IDENTITY.unauthorized_per_change
    assert all(each.input["owner"] != each.input["user_id"] for each in tried)


async def test_identity_does_the_operations_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    history = await played(Identity(customers=3, staff=2, rounds=4), AccountDesk(stock=500), 1, monkeypatch)
    assert {operation.name for operation in history.operations} == IDENTITY.operations


async def test_identity_draws_from_its_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(history: History) -> dict[str, list[object]]:
        found: dict[str, list[object]] = {}
        for each in history.named(identity.TRESPASS):
            found.setdefault(each.process, []).append(each.input["what"])
        return found

    calm = Identity(customers=2, staff=0, rounds=2, unauthorized_per_change=3, customer=IDENTITY.customer)
    runs = [tried(await played(calm, AccountDesk(stock=500), seed, monkeypatch)) for seed in (5, 5, 6)]
    assert runs[0] == runs[1] != runs[2]
