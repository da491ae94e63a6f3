"""Every point to crash at, and every order in which two requests can meet: the money is taken at most once and never kept.

That a payment never has two captures that hold money at one time is asserted by the provider of the tests at each capture.
"""

from collections.abc import Callable, Coroutine, Sequence
from itertools import combinations
from typing import Any

import pytest

from system.common.errors import PaymentDeclined, ShopError, Unavailable
from system.payment.domain import Payment, RemoteStatus, Status
from tests.unit.system.payment.fakes import ORDER, finish
from tests.unit.system.payment.test_handlers import World

Story = Callable[[World], Coroutine[Any, Any, Status]]


def capture(payment_id: str) -> Story:
    return lambda world: world.capture(payment_id)


def refund(payment_id: str) -> Story:
    return lambda world: world.refund(payment_id)


def new_world(*, yields: bool = False) -> World:
    world = World()
    for payment_id in ("pay_1", "pay_2"):
        world.provider.authorise(payment_id)
    world.turns.yields = yields
    return world


def turns_of(*stories: Story) -> int:
    """How many turns stories take, one after another."""
    world = new_world()
    for story in stories:
        finish(story(world))
    return world.turns.taken


def cut(world: World, story: Story, turn: int) -> None:
    """Tell a story until it is cut off at its turn `turn`."""
    world.turns.cut_at = world.turns.taken + turn
    with pytest.raises(Unavailable):
        finish(story(world))


def row(world: World, payment_id: str = "pay_1") -> Payment:
    return next(p for p in world.store.rows.values() if p.provider_payment_id == payment_id)


@pytest.mark.parametrize("turn", range(1, turns_of(capture("pay_1")) + 1))
def test_a_capture_cut_anywhere_is_healed_by_asking_again(turn: int) -> None:
    world = new_world()
    cut(world, capture("pay_1"), turn)
    assert finish(world.capture("pay_1")) is Status.CAPTURED
    assert world.provider.ledger == [("capture", "pay_1")]


@pytest.mark.parametrize("turn", range(1, turns_of(capture("pay_1")) + 1))
def test_a_capture_cut_anywhere_can_be_refunded(turn: int) -> None:
    world = new_world()
    cut(world, capture("pay_1"), turn)
    assert finish(world.refund("pay_1")) is Status.REFUNDED
    assert world.provider.payments["pay_1"].status in (RemoteStatus.VOIDED, RemoteStatus.REFUNDED)
    with pytest.raises(PaymentDeclined):
        finish(world.capture("pay_1"))
    assert finish(world.capture("pay_2")) is Status.CAPTURED


@pytest.mark.parametrize("captured", [False, True])
@pytest.mark.parametrize("turn", range(1, turns_of(refund("pay_1")) + 1))
def test_a_refund_cut_anywhere_is_healed_by_asking_again(turn: int, captured: bool) -> None:
    world = new_world()
    if captured:
        finish(world.capture("pay_1"))
    cut(world, refund("pay_1"), turn)
    assert finish(world.refund("pay_1")) is Status.REFUNDED
    assert world.provider.ledger == ([("capture", "pay_1"), ("refund", "pay_1")] if captured else [("void", "pay_1")])


def meetings(*stories: Story) -> Sequence[Sequence[int]]:
    """Every order in which two stories can take their turns, as the turns of the first; what is left over runs at the end."""
    first, second = (turns_of(story) + 1 for story in stories)
    return list(combinations(range(first + second), first))


def meet(world: World, first: Story, second: Story, turns: Sequence[int]) -> list[Status | ShopError]:
    """Tell two stories at one time, the first one at the given turns; how each ended."""
    running: list[Any] = [first(world), second(world)]
    ends: list[Status | ShopError | None] = [None, None]
    mine = set(turns)

    def step(who: int) -> None:
        if ends[who] is None:
            try:
                running[who].send(None)
            except StopIteration as end:
                ends[who] = end.value
            except ShopError as error:
                ends[who] = error

    for turn in range(max(mine) + 1):
        step(0 if turn in mine else 1)
    while None in ends:
        step(0)
        step(1)
    return [end for end in ends if end is not None]


def test_a_capture_and_its_refund_in_every_order() -> None:
    ledgers = set()
    for turns in meetings(capture("pay_1"), refund("pay_1")):
        world = new_world(yields=True)
        took, gave = meet(world, capture("pay_1"), refund("pay_1"), turns)
        assert gave is Status.REFUNDED, turns
        assert took is Status.CAPTURED or isinstance(took, PaymentDeclined), (turns, took)
        assert world.provider.captured() == 0, turns
        assert row(world).status is Status.REFUNDED, turns
        ledgers.add(tuple(kind for kind, _ in world.provider.ledger))
    assert ledgers == {("void",), ("capture", "refund")}, "all the ways it can go must have been gone"


def test_two_captures_of_one_payment_in_every_order() -> None:
    for turns in meetings(capture("pay_1"), capture("pay_1")):
        world = new_world(yields=True)
        assert meet(world, capture("pay_1"), capture("pay_1"), turns) == [Status.CAPTURED] * 2, turns
        assert world.provider.ledger == [("capture", "pay_1")], turns


def test_two_payments_of_one_order_in_every_order() -> None:
    codes = set()
    for turns in meetings(capture("pay_1"), capture("pay_2")):
        world = new_world(yields=True)
        ends = meet(world, capture("pay_1"), capture("pay_2"), turns)
        (refused,) = [end for end in ends if isinstance(end, ShopError)]
        codes.add(refused.code)
        assert Status.CAPTURED in ends, turns
        assert world.provider.captured(ORDER) == 1, turns
    assert codes == {"ALREADY_PAID", "PAYMENT_IN_PROGRESS"}


def test_two_refunds_in_every_order() -> None:
    for turns in meetings(refund("pay_1"), refund("pay_1")):
        world = new_world()
        finish(world.capture("pay_1"))
        world.turns.yields = True
        assert meet(world, refund("pay_1"), refund("pay_1"), turns) == [Status.REFUNDED] * 2, turns
        assert world.provider.ledger == [("capture", "pay_1"), ("refund", "pay_1")], turns
