"""The model against answers that a right shop gives, and ones that a wrong shop would."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.accounts import ChangeAccount, LogOut, ReadAccount, RefreshTokens
from chaos.fuzz.model.action import Action
from chaos.fuzz.model.catalogue import ChangeProduct, Fields
from chaos.fuzz.model.listing import ListOrders
from chaos.fuzz.model.ordering import Content, PlaceOrder
from chaos.fuzz.model.paying import Complete
from chaos.fuzz.model.state import Account, Line, Money, Order, Payment, Product, State, Tokens
from harness.fuzz.interleavings import Explained, explain
from harness.fuzz.requests import Values

HOME = ("Ada", "Street 1", "Bern", "3000", "CH")
LAMP = Product("lamp-id", "lamp", "warm", Money(50, "EUR"), None, (), "t0", available=2)
LINE = Line("lamp-id", 2, "lamp", Money(50, "EUR"))
ORDER = Order("order-id", "ada", "k0", (LINE,), HOME, "RESERVED", total=Money(100, "EUR"), created_at="t1")
SHOP = State().put(Account("ada", "a@x", "Ada", "pw"), Account("bob", "b@x", "Bob", "pw"))
SHOP = SHOP.put(Tokens("a", "ada", 1, "a"), Tokens("b", "bob", 1, "b"), LAMP)
VALUES = Values({"c0": "ada", "lamp": "lamp-id", "o": "order-id", "y": "payment-id"})


def judged(shop: State, *done: tuple[Action, Sequence[Answer]]) -> Explained[State]:
    return explain([shop], [action.steps(said, VALUES) for action, said in done])


def said(status: int, body: Mapping[str, JsonValue]) -> Answer:
    return Answer("a request", status, body)


def problem(status: int, code: str) -> Answer:
    return said(status, {"code": code, "order_id": "refused-id"})


def placing(session: str, number: str, quantity: int = 2) -> tuple[PlaceOrder, Answer]:
    """An order of lamps, and the answer that it is reserved."""
    owner = {"a": "ada", "b": "bob"}[session]
    order = Order(f"order-{number}", owner, "k", (replace(LINE, quantity=quantity),), HOME, "RESERVED")
    body = answers.order(replace(order, total=Money(50 * quantity, "EUR"), created_at=f"t{number}"))
    return PlaceOrder("c0", session, "k", Content((("lamp", quantity),), HOME)), said(201, body)


def test_the_last_units_go_to_one_of_two() -> None:
    (first, reserved), (second, also) = placing("a", "1"), placing("b", "2")
    assert judged(SHOP, (first, [reserved]), (second, [problem(409, "OUT_OF_STOCK")])).states
    assert judged(SHOP, (first, [problem(409, "OUT_OF_STOCK")]), (second, [also])).states
    assert not judged(SHOP, (first, [reserved]), (second, [also])).states
    assert not judged(SHOP, (first, [problem(409, "OUT_OF_STOCK")])).states


def test_units_that_are_cancelled_meanwhile_may_be_had_or_not() -> None:
    place, reserved = placing("a", "1", quantity=1)
    assert judged(SHOP, (place, [reserved])).states == {
        SHOP.put(replace(LAMP, available=1, reserved=1)).put(
            Order(
                "order-1", "ada", "k", (replace(LINE, quantity=1),), HOME, "RESERVED", None, Money(50, "EUR"), created_at="t1"
            )
        )
    }


@pytest.mark.parametrize(
    "wrong", [{"total": {"minor_units": 99, "currency": "EUR"}}, {"status": "PAID"}, {"items": []}, {"delivery_address": None}]
)
def test_an_order_shown_otherwise_than_it_is_is_seen(wrong: Mapping[str, JsonValue]) -> None:
    place, reserved = placing("a", "1")
    assert not judged(SHOP, (place, [said(201, {**reserved.body, **wrong})])).states


def test_an_order_of_somebody_elses_id_is_seen() -> None:
    place, reserved = placing("b", "1")
    assert not judged(SHOP.put(ORDER), (place, [said(201, {**reserved.body, "id": ORDER.id})])).states


def test_a_key_with_another_content_is_refused() -> None:
    place = PlaceOrder("c0", "a", "k0", Content((("lamp", 1),), HOME))
    assert judged(SHOP.put(ORDER), (place, [problem(422, "IDEMPOTENCY_KEY_REUSED")])).states == {SHOP.put(ORDER)}
    assert not judged(SHOP.put(ORDER), (place, [said(201, answers.order(ORDER))])).states


@pytest.mark.parametrize(
    ("payment", "code"),
    [
        (Payment("payment-id", "order-id", Money(101, "EUR")), "AMOUNT_MISMATCH"),
        (Payment("payment-id", "order-id", Money(100, "CHF")), "AMOUNT_MISMATCH"),
        (Payment("payment-id", "another", Money(100, "EUR")), "REFERENCE_MISMATCH"),
        (Payment("payment-id", "order-id", Money(100, "EUR"), "CARD_DECLINED"), "CARD_DECLINED"),
    ],
)
def test_a_payment_that_does_not_fit_changes_nothing(payment: Payment, code: str) -> None:
    shop, pay = SHOP.put(ORDER, replace(LAMP, available=0, reserved=2), payment), Complete("c0", "a", "o", "y")
    (after,) = judged(shop, (pay, [problem(402, code)])).states
    assert (after.orders, after.products) == (shop.orders, shop.products)
    assert not judged(shop, (pay, [said(200, answers.order(replace(ORDER, status="PAID", payment="payment-id")))])).states


def test_a_page_that_leaves_an_order_out_is_seen() -> None:
    orders = [replace(ORDER, id=f"order-{n}", key=f"k{n}", created_at=f"t{n}") for n in range(1, 4)]
    shop, walk = SHOP.put(*orders), ListOrders("c0", "a", 1, "w")
    pages = [said(200, {"items": [dict(answers.order(each))], "next_cursor": "more"}) for each in reversed(orders)]
    last = said(200, {**pages[2].body, "next_cursor": None})
    assert judged(shop, (walk, [pages[0], pages[1], last])).states == {shop}
    assert not judged(shop, (walk, [pages[0], last])).states
    assert not judged(shop, (walk, [pages[0], pages[1], pages[1], last])).states


def test_a_change_keeps_what_was_not_sent() -> None:
    change = ChangeProduct("lamp", Fields(price=Money(60, "EUR")))
    right = answers.product(replace(LAMP, price=Money(60, "EUR")))
    assert judged(SHOP, (change, [said(200, right)])).states
    assert not judged(SHOP, (change, [said(200, {**right, "description": ""})])).states


def test_a_token_older_than_an_announced_change_is_refused() -> None:
    changed = SHOP.put(Account("ada", "a@x", "Ada", "pw", version=2, announced=2))
    place, reserved = placing("a", "1")
    assert judged(changed, (place, [problem(401, "TOKEN_OUTDATED")])).states == {changed}
    assert not judged(changed, (place, [reserved])).states


ME = said(200, {"id": "ada", "email": "a@x", "name": "Ada", "role": "USER"})
OVER = problem(401, "SESSION_ENDED")


@pytest.mark.parametrize(("then", "right"), [(OVER, True), (ME, False), (problem(401, "TOKEN_OUTDATED"), False)])
def test_a_session_that_was_ended_is_over(then: Answer, right: bool) -> None:
    shop = SHOP.put(Tokens("a2", "ada", 1, "a2"))
    done = judged(shop, (LogOut("c0", "a"), [said(204, {})]))
    assert done.states
    [state] = done.states
    assert bool(judged(state, (ReadAccount("c0", "a"), [then])).states) is right
    assert judged(state, (ReadAccount("c0", "a2"), [ME])).states, "another session goes on"


def test_a_logout_everywhere_outdates_every_session() -> None:
    [state] = judged(SHOP.put(Tokens("a2", "ada", 1, "a2")), (LogOut("c0", "a", everywhere=True), [said(204, {})])).states
    for session in ("a", "a2"):
        assert judged(state, (ReadAccount("c0", session), [problem(401, "TOKEN_OUTDATED")])).states


def test_a_replay_ends_the_access_tokens_of_its_family() -> None:
    shop = SHOP.put(Tokens("a", "ada", 1, "a", fresh=False), Tokens("a3", "ada", 1, "a"))
    [state] = judged(shop, (RefreshTokens("c0", "a", "a4"), [problem(401, "REFRESH_TOKEN_REUSED")])).states
    assert judged(state, (ReadAccount("c0", "a3"), [OVER])).states
    assert not judged(state, (ReadAccount("c0", "a3"), [ME])).states


NEXT = said(200, {"access_token": "x", "refresh_token": "y"})


@pytest.mark.parametrize("repeats", [True, False])
def test_a_refresh_that_is_repeated_before_its_answer_was_used_is_answered_again_where_the_shop_says_so(repeats: bool) -> None:
    shop = replace(SHOP, repeats=repeats)
    [state] = judged(shop, (RefreshTokens("c0", "a", "a1"), [NEXT])).states
    again = judged(state, (RefreshTokens("c0", "a", "a2"), [NEXT])).states
    assert bool(again) is repeats
    for twice in again:
        for first, second in (("a1", "a2"), ("a2", "a1")):
            [used] = judged(twice, (RefreshTokens("c0", first, "a3"), [NEXT])).states
            assert not judged(used, (RefreshTokens("c0", "a", "a4"), [NEXT])).states, "what it bought was used"
            assert judged(used, (RefreshTokens("c0", second, "a4"), [NEXT])).states, "the same pair under its other name"
    assert judged(state, (RefreshTokens("c0", "a", "a2"), [problem(401, "REFRESH_TOKEN_REUSED")])).states


def test_a_session_may_be_over_for_some_while_its_end_is_made_known() -> None:
    both = ((LogOut("c0", "a"), [said(204, {})]), (ReadAccount("c0", "a"), [OVER]))
    assert judged(SHOP, *both).states
    assert judged(SHOP, both[0], (ReadAccount("c0", "a"), [ME])).states


@pytest.mark.parametrize(("name", "good"), [("Ada", True), ("Eve", False)])
def test_what_is_so_already_leaves_the_tokens(name: str, good: bool) -> None:
    changed = said(200, {"id": "ada", "email": "a@x", "name": name, "role": "USER"})
    [state] = judged(SHOP, (ChangeAccount("c0", "a", name=name), [changed])).states
    assert bool(judged(state, (ReadAccount("c0", "a"), [changed])).states) is good
