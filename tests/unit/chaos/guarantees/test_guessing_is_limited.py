"""At most so many logins are let in within the limit's window, by all gateways together, and so many are."""

from dataclasses import asdict
from itertools import count

import pytest

from chaos.guarantees.guessing_is_limited import guessing_is_limited
from chaos.observations import identity
from harness.history import Recorder
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory

IN, OUT = 401, 429


def outcome(*statuses: int, rate: tuple[int, int] = (3, 60)) -> Outcome:
    """One attempt every second."""
    shop = ShopHistory()
    shop.recorder = Recorder(shop, clock=count(0, 500_000_000).__next__)
    shop.rows[identity.LOGIN_RATE] = [asdict(identity.LoginRateRow(*rate))]
    for number, status in enumerate(statuses):
        sent = identity.LogIn("u", f"s{number}", f"gateway-{number % 2 + 1}", email=("ada", "Ada")[number % 2] + "@x.example")
        shop.recorder.invoke("u", identity.LOG_IN, asdict(sent)).answered(status, {})
    return guessing_is_limited.verdict(shop.done()).outcome


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((IN, IN, IN, OUT, OUT), Outcome.PASS),
        ((IN, 200, IN), Outcome.PASS),
        ((IN, IN, IN, IN), Outcome.FAIL),
        ((IN, IN, 503, IN, OUT), Outcome.PASS),
        ((IN, IN, OUT), Outcome.FAIL),
        ((OUT,), Outcome.FAIL),
    ],
)
def test_what_is_let_in_and_what_is_not(statuses: tuple[int, ...], expected: Outcome) -> None:
    assert outcome(*statuses) is expected


def test_a_new_window_begins() -> None:
    assert outcome(*[IN] * 12, rate=(6, 5)) is Outcome.PASS
    assert outcome(*[IN] * 12, rate=(3, 5)) is Outcome.FAIL


def test_logins_without_an_address_are_not_judged() -> None:
    shop = ShopHistory()
    shop.rows[identity.LOGIN_RATE] = [asdict(identity.LoginRateRow(1, 60))]
    for _ in range(5):
        shop.recorder.invoke("u", identity.LOG_IN, asdict(identity.LogIn("u", "s", "gateway-1"))).answered(IN, {})
    assert guessing_is_limited.verdict(shop.done()).outcome is Outcome.VACUOUS


def besieged(*attempts: tuple[str, int], accounts: int = 1, hashes: int = 0) -> Outcome:
    """Attempts from a client each, with what they were answered, of `accounts` in turn; a crowd may make 4, and each 1 more."""
    shop = ShopHistory()
    shop.recorder = Recorder(shop, clock=count(0, 1_000_000).__next__)
    shop.rows[identity.LOGIN_RATE] = [asdict(identity.LoginRateRow(2, 60, crowd=4, slowed=1, hashes=hashes))]
    for number, (source, status) in enumerate(attempts):
        email = f" {number % accounts}@x.example"
        sent = identity.LogIn("u", f"s{number}", "gateway-1", email=email, source=source)
        shop.recorder.invoke("u", identity.LOG_IN, asdict(sent)).answered(status, {})
    return guessing_is_limited.verdict(shop.done()).outcome


CROWD = (("a", IN), ("a", IN), ("b", IN), ("b", IN))


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((("c", IN), ("c", OUT)), Outcome.PASS),
        ((("c", OUT),), Outcome.FAIL),
        ((("c", IN), ("c", IN), ("d", IN), ("d", IN)), Outcome.PASS),
        ((("c", IN), ("c", IN), ("d", IN), ("d", IN), ("e", IN), ("e", IN)), Outcome.FAIL),
    ],
)
def test_a_crowd_is_slowed_and_nobody_is_locked_out(then: tuple[tuple[str, int], ...], expected: Outcome) -> None:
    assert besieged(*CROWD, *then) is expected


def test_one_client_may_try_so_many_accounts() -> None:
    assert besieged(*[("a", IN)] * 5, ("a", OUT), accounts=6, hashes=5) is Outcome.PASS
    assert besieged(*[("a", IN)] * 6, accounts=6, hashes=5) is Outcome.FAIL
    assert besieged(*[("a", IN)] * 4, ("a", OUT), accounts=6, hashes=5) is Outcome.FAIL
