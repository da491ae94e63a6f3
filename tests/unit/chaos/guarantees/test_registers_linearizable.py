"""What is told of an account, a product or an order is what was written last, also with outcomes that nobody knows."""

from collections.abc import Callable
from dataclasses import asdict

import pytest

from chaos.guarantees.registers_linearizable import registers_linearizable
from chaos.observations import catalogue, identity
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER
from chaos.observations.outside import Amount
from harness.history import Row
from harness.verdict import Outcome
from tests.unit.chaos.identity_history import IdentityHistory


class Told(IdentityHistory):
    """Accounts, products and orders, written and read."""

    def renames(self, name: str, status: int = 200, proof: int = 0, password: int = 0) -> None:
        what = "password" if password else "name"
        sent = identity.Shown("ada", "ada#1", "gateway-1", what, "" if password else name, password, proof)
        self.recorder.invoke("ada", identity.CHANGE_ACCOUNT, asdict(sent)).answered(
            status, {"name": name, "role": "USER"} if status == 200 else {}
        )

    def shown(self, name: str = "Ada", role: str = "USER") -> None:
        self.shows("ada#1").answered(200, {"name": name, "role": role})

    def with_password(self, number: int, status: int) -> None:
        sent = identity.LogIn("ada", f"ada#{number}", "gateway-1", number)
        self.recorder.invoke("ada", identity.LOG_IN, asdict(sent)).answered(status, {})

    def readdresses(self, email: str, proof: int, status: int = 200) -> None:
        sent = identity.Shown("ada", "ada#1", "gateway-1", "email", email, proof=proof)
        self.recorder.invoke("ada", identity.CHANGE_ACCOUNT, asdict(sent)).answered(status, {})

    def at_address(self, email: str, status: int) -> None:
        sent = identity.LogIn("ada", "ada#7", "gateway-1", 0, email)
        self.recorder.invoke("ada", identity.LOG_IN, asdict(sent)).answered(status, {})

    def refused(self, operation: str, order: str, code: str) -> None:
        self.recorder.invoke(f"buyer-{order}", operation, {"order_id": order}).answered(409, {"code": code})

    def prices(self, units: int, status: int = 200) -> None:
        sent = asdict(catalogue.PriceChange("p", Amount(units, "EUR")))
        self.recorder.invoke("staff", catalogue.SET_PRICE, sent).answered(status, {})

    def priced(self, units: int) -> None:
        told: Row = {"name": "Lamp", "price": {"minor_units": units, "currency": "EUR"}}
        self.recorder.invoke("ada", identity.READ_PRODUCT, {"product_id": "p"}).answered(200, told)


def legal(told: Told) -> None:
    told.shown("Ada")
    told.renames("Eve", 503)
    told.shown("Ada")
    told.shown("Eve")
    told.with_password(1, 200)
    told.renames("Eve", password=2, proof=1)
    told.with_password(1, 401)
    told.renames("Eve", 403, password=3, proof=1)
    told.with_password(2, 200)
    told.at_address("ada@x.example", 200)
    told.readdresses("mallory@x.example", 1, 403)
    told.readdresses("eve@x.example", 2)
    told.at_address("ada@x.example", 401)
    told.at_address("eve@x.example", 200)
    told.gives("ada", "ADMIN")
    told.shown("Eve", "ADMIN")
    told.gives("ada", "USER", 503)
    told.shown("Eve", "USER")
    told.prices(10)
    told.prices(20, 503)
    told.priced(10)
    told.priced(20)
    told.places("o1")
    told.sees("o1", "RESERVED")
    told.does(COMPLETE_ORDER, "o1", 503)
    told.sees("o1", "RESERVED", "PAID")
    told.places("o2")
    told.does(COMPLETE_ORDER, "o2", 402)
    told.sees("o2", "RESERVED", "EXPIRED")
    told.places("o3", 202)
    told.sees("o3", "PENDING", "REJECTED")
    told.places("o5")
    told.refused(COMPLETE_ORDER, "o5", "ORDER_EXPIRED")
    told.sees("o5", "RESERVED", "EXPIRED")
    told.refused(CANCEL_ORDER, "o5", "ORDER_EXPIRED")
    told.places("o4")
    told.does(CANCEL_ORDER, "o4", 200, "CANCELLED")


def test_legal_histories_pass() -> None:
    told = Told()
    legal(told)
    told.stored("o1", "PAID")
    verdict = registers_linearizable.verdict(told.done())
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, ())


def stale_name(told: Told) -> None:
    told.renames("Eve")
    told.shown("Ada")


def name_of_a_refused_change(told: Told) -> None:
    told.shown("Ada")
    told.renames("Eve", 409)
    told.shown("Eve")


def old_password(told: Told) -> None:
    told.renames("Eve", password=2, proof=1)
    told.with_password(1, 200)


def new_password_refused(told: Told) -> None:
    told.renames("Eve", password=2, proof=1)
    told.with_password(2, 401)


def changed_with_a_wrong_password(told: Told) -> None:
    told.with_password(2, 200)
    told.renames("Eve", password=3, proof=1)


def moved_with_a_wrong_password(told: Told) -> None:
    told.with_password(2, 200)
    told.readdresses("eve@x.example", 1)


def former_address(told: Told) -> None:
    told.at_address("ada@x.example", 200)
    told.readdresses("eve@x.example", 1)
    told.at_address("ada@x.example", 200)


def role_that_nobody_gave(told: Told) -> None:
    told.shown("Ada", "USER")
    told.shown("Ada", "ADMIN")


def role_forgotten(told: Told) -> None:
    told.gives("ada", "ADMIN")
    told.shown("Ada", "USER")


def stale_price(told: Told) -> None:
    told.prices(10)
    told.prices(20)
    told.priced(10)


def paid_though_refused(told: Told) -> None:
    told.places("o1")
    told.sees("o1", "RESERVED")
    told.does(COMPLETE_ORDER, "o1", 402)
    told.sees("o1", "PAID")


def cancelled_though_nobody_asked(told: Told) -> None:
    told.sees("o1", "RESERVED", "CANCELLED")


def listed_as_before(told: Told) -> None:
    told.sees("o1", "RESERVED")
    told.does(CANCEL_ORDER, "o1", 200, "CANCELLED")
    told.lists("user-o1", "o1")


def reserved_after_it_was_called_expired(told: Told) -> None:
    told.sees("o1", "RESERVED")
    told.refused(CANCEL_ORDER, "o1", "ORDER_EXPIRED")
    told.sees("o1", "RESERVED")


def stored_otherwise(told: Told) -> None:
    told.sees("o1", "RESERVED")
    told.stored("o1", "PAID")


LIES: tuple[Callable[[Told], None], ...] = (
    stale_name,
    name_of_a_refused_change,
    old_password,
    new_password_refused,
    changed_with_a_wrong_password,
    moved_with_a_wrong_password,
    former_address,
    role_that_nobody_gave,
    role_forgotten,
    stale_price,
    paid_though_refused,
    cancelled_though_nobody_asked,
    listed_as_before,
    reserved_after_it_was_called_expired,
    stored_otherwise,
)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_each_lie_is_told(lie: Callable[[Told], None]) -> None:
    told = Told()
    lie(told)
    verdict = registers_linearizable.verdict(told.done())
    assert verdict.outcome is Outcome.FAIL
    assert "in no order" in verdict.evidence[0].what


def test_a_run_that_recorded_no_names_is_still_judged() -> None:
    told = Told()
    told.changes("ada#1").answered(503, {})
    told.shown("Ada")
    told.shown("Eve")
    assert registers_linearizable.verdict(told.done()).outcome is Outcome.PASS
