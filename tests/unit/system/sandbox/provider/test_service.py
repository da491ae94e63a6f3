"""The provider is struck where the script says so, and serialises requests that share a key."""

import asyncio
from typing import Any

import pytest

from system.sandbox.provider.book import Book, Receipt, Record
from system.sandbox.provider.domain import Command, Money, NewPayment, Operation, Payment, Refusal, Status
from system.sandbox.provider.rules import PaymentRule
from system.sandbox.provider.service import KeyLocks, Provider
from system.sandbox.script import ConnectionDropped, Script, ScriptedRefusal
from tests.unit.system.sandbox.fakes import Counted, ListJournal, SteppingClock

CAPTURE = Command(Operation.CAPTURE, "pay_1")


@pytest.fixture
async def provider() -> Provider:
    provider = Provider(Book(ListJournal[Record](), SteppingClock(), Counted("pay")), Script())
    await provider.create(NewPayment(Money(1000, "EUR"), "order-1", "card_ok"), None)
    return provider


def rule(provider: Provider, **fields: Any) -> None:
    provider.script.extend([PaymentRule.model_validate(fields)])


def hits(provider: Provider) -> list[int]:
    return [count for _, count in provider.script.report()]


def kinds(provider: Provider) -> list[str]:
    return [entry.kind.value for entry in provider.ledger(None)]


def status(receipt: Receipt) -> Status:
    assert isinstance(receipt.outcome, Payment)
    return receipt.outcome.status


@pytest.mark.parametrize(
    ("action", "error"), [({"kind": "fail", "status": 503}, ScriptedRefusal), ({"kind": "drop"}, ConnectionDropped)]
)
@pytest.mark.parametrize(("when", "effects"), [("before", ["authorize"]), ("after", ["authorize", "capture"])])
async def test_struck_before_or_after_the_effect(
    provider: Provider, action: dict[str, Any], error: type[Exception], when: str, effects: list[str]
) -> None:
    rule(provider, operation="capture", times=1, action=action | {"when": when})
    with pytest.raises(error):
        await provider.change(CAPTURE, "k")
    assert kinds(provider) == effects
    receipt = await provider.change(CAPTURE, "k")
    assert (status(receipt), receipt.replayed) == (Status.CAPTURED, when == "after")
    assert kinds(provider) == ["authorize", "capture"]


async def test_a_scripted_decline_is_recorded_once(provider: Provider) -> None:
    rule(provider, operation="capture", times=1, action={"kind": "decline", "code": "stolen_card"})
    first = await provider.change(CAPTURE, "k")
    again = await provider.change(CAPTURE, "k")
    assert isinstance(first.outcome, Refusal)
    assert (first.outcome.code, again.outcome, again.replayed) == ("stolen_card", first.outcome, True)
    assert kinds(provider) == ["authorize", "decline"]


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({"reference": "order-1"}, True),
        ({"payment_id": "pay_1"}, True),
        ({"reference": "order-1", "payment_id": "pay_2"}, False),
        ({"reference": "order-2"}, False),
        ({}, True),
    ],
)
async def test_a_rule_finds_its_payment(provider: Provider, match: dict[str, str], struck: bool) -> None:
    rule(provider, operation="get", match=match, action={"kind": "drop"})
    if struck:
        with pytest.raises(ConnectionDropped):
            await provider.get("pay_1")
    else:
        assert (await provider.get("pay_1")).id == "pay_1"
    assert hits(provider) == [int(struck)]


async def test_a_rule_strikes_its_operation_only_and_without_one_all(provider: Provider) -> None:
    rule(provider, operation="refund", action={"kind": "drop"})
    await provider.change(CAPTURE, "k")
    rule(provider, action={"kind": "fail", "status": 500})
    with pytest.raises(ScriptedRefusal):
        await provider.create(NewPayment(Money(1, "EUR"), "order-2", "card_ok"), None)
    with pytest.raises(ConnectionDropped):
        await provider.change(Command(Operation.REFUND, "pay_1"), "r")
    assert hits(provider) == [1, 1]


async def test_requests_with_one_key_wait_for_each_other(provider: Provider) -> None:
    rule(provider, operation="capture", times=1, action={"kind": "delay", "ms": 50})
    slow, fast = await asyncio.gather(provider.change(CAPTURE, "k"), provider.change(CAPTURE, "k"))
    assert (slow.replayed, fast.replayed) == (False, True)
    assert kinds(provider) == ["authorize", "capture"]


async def test_requests_with_other_keys_overtake(provider: Provider) -> None:
    rule(provider, operation="capture", times=1, action={"kind": "delay", "ms": 50})
    slow, fast = await asyncio.gather(provider.change(CAPTURE, "slow"), provider.change(CAPTURE, "fast"))
    assert status(fast) is Status.CAPTURED
    assert isinstance(slow.outcome, Refusal)
    assert slow.outcome.code == "already_captured"


async def test_an_answer_that_is_late_holds_nobody_up(provider: Provider) -> None:
    rule(provider, operation="capture", times=1, action={"kind": "delay", "ms": 60_000, "when": "after"})
    late = asyncio.create_task(provider.change(CAPTURE, "k"))
    try:
        async with asyncio.timeout(5):
            while len(kinds(provider)) == 1:  # noqa: ASYNC110 - the effect of the other request announces itself to nobody
                await asyncio.sleep(0)
            assert (await provider.change(CAPTURE, "k")).replayed
        assert not late.done()
    finally:
        late.cancel()


async def test_locks_are_forgotten_when_nobody_needs_them() -> None:
    locks = KeyLocks()
    inside: list[int] = []

    async def enter(number: int) -> None:
        async with locks.hold("k"):
            inside.append(number)
            await asyncio.sleep(0)
            assert inside[-1] == number
            assert list(vars(locks)["_locks"]) == ["k"]

    await asyncio.gather(*map(enter, range(3)))
    assert inside == [0, 1, 2]
    assert not vars(locks)["_locks"]
