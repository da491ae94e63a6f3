"""Lists are compared with what staff did, exactly where nothing moved, else by bounds; what is withdrawn is not for sale."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from pydantic import JsonValue

from chaos.guarantees.catalogue_told_truly import catalogue_told_truly
from chaos.observations import catalogue, identity
from chaos.observations.outside import Amount
from harness.history import Call, Row
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.shop_history import ADDRESS, ShopHistory


class Staffed(ShopHistory):
    """Products a, b and c, in a category below another, for 10, 20 and 30 cents; newest first is c, b, a."""

    def __init__(self) -> None:
        super().__init__()
        self.prices = {"a": 10, "b": 20, "c": 30}
        for name, parent in (("top", ""), ("below", "top")):
            self.does_staff(catalogue.CREATE_CATEGORY, asdict(catalogue.NewCategory(name, parent))).answered(201, {"id": name})
        for name, category in (("a", ""), ("b", "top"), ("c", "below")):
            made = catalogue.NewProduct(f"Lamp {name}", Amount(self.prices[name], "EUR"), category)
            self.does_staff(catalogue.CREATE_PRODUCT, asdict(made)).answered(201, self.item(name, category or None))

    def does_staff(self, name: str, sent: Row) -> Call:
        return self.recorder.invoke("staff", name, sent)

    def item(self, name: str, category: str | None = None, **other: object) -> Row:
        price: Row = {"minor_units": self.prices[name], "currency": "EUR"}
        shown = {"id": name, "name": f"Lamp {name}", "created_at": f"2026-11-22T12:00:0{'abc'.index(name)}Z"}
        return {**shown, "price": dict(price), "category_id": category, **other}  # type: ignore[dict-item]  # JSON

    def begins_to_list(self, sort: str = "newest", page: int = 1, size: int = 2, category: str = "", cursor: str = "") -> Call:
        asked = catalogue.ProductsPage("w", "lamp", page, size, sort, category, cursor)
        return self.recorder.invoke("browser", catalogue.LIST_PRODUCTS, asdict(asked))

    def lists(
        self, *items: Row, total: int = 3, sort: str = "newest", page: int = 1, size: int = 2, category: str = ""
    ) -> None:
        shown: Row = {"items": [dict(each) for each in items], "total": total, "page": page, "page_size": size}
        self.begins_to_list(sort, page, size, category).answered(200, shown)

    def goes_on(self, after: str, *items: Row, sort: str = "newest") -> None:
        shown: Row = {"items": [dict(each) for each in items], "total": 3, "page": 1, "page_size": 2}
        self.begins_to_list(sort, cursor=f"{after}.3").answered(200, shown)

    def prices_it(self, name: str, units: int, status: int = 200) -> None:
        self.prices[name] = units
        change = catalogue.PriceChange(name, Amount(units, "EUR"))
        self.does_staff(catalogue.SET_PRICE, asdict(change)).answered(status, self.item(name) if status == 200 else {})

    def withdraws(self, name: str, status: int = 204, code: str = "") -> None:
        self.does_staff(catalogue.WITHDRAW_PRODUCT, {"product_id": name}).answered(status, {"code": code} if code else {})

    def finds(self, name: str, status: int) -> None:
        said: Row = self.item(name) if status == 200 else {"code": "PRODUCT_NOT_FOUND"}
        self.recorder.invoke("browser", identity.READ_PRODUCT, {"product_id": name}).answered(status, said)

    def orders(self, *names: str, status: int = 201, code: str = "") -> None:
        lines: list[JsonValue] = [{"product_id": name, "quantity": 1} for name in names]
        sent: Row = {"user_id": "u", "key": f"key {len(self.records)}", "items": lines, "delivery_address": dict(ADDRESS)}
        self.recorder.invoke("buyer", "place_order", sent).answered(status, {"code": code} if code else {"id": "o"})

    def verdict(self) -> Verdict:
        return catalogue_told_truly.verdict(self.done())


def legal(shop: Staffed) -> None:
    shop.lists(shop.item("c"), shop.item("b"))
    shop.lists(shop.item("a"), page=2)
    shop.lists(shop.item("a"), shop.item("b"), sort="price_asc")
    shop.lists(shop.item("c"), shop.item("b"), total=2, sort="price_desc", category="top")
    shop.lists(shop.item("c"), total=1, category="below")
    shop.prices_it("a", 40)
    shop.lists(shop.item("a"), shop.item("c"), sort="price_desc")
    shop.prices_it("b", 50, 503)
    shop.lists(shop.item("b", price={"minor_units": 20, "currency": "EUR"}), shop.item("c"), sort="price_asc")
    shop.withdraws("c", 409, "PRODUCT_RESERVED")
    shop.orders("c")
    page = shop.begins_to_list()
    shop.withdraws("c")
    page.answered(200, {"items": [dict(shop.item("b")), dict(shop.item("a"))], "total": 2, "page": 1, "page_size": 2})
    shop.finds("c", 404)
    shop.orders("a", "c", status=422, code="UNKNOWN_PRODUCT")
    shop.withdraws("c", 404, "PRODUCT_NOT_FOUND")
    shop.lists(shop.item("a"), total=2, sort="name", size=1)


def test_what_is_told_truly_passes() -> None:
    shop = Staffed()
    legal(shop)
    verdict = shop.verdict()
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, ())
    assert verdict.counts["pages known exactly"] == 7


def lacks_one(shop: Staffed) -> None:
    shop.lists(shop.item("c"))


def forgets_what_is_below(shop: Staffed) -> None:
    shop.lists(shop.item("b"), total=1, category="top")


def forgets_the_category(shop: Staffed) -> None:
    shop.lists(shop.item("c"), shop.item("b"), category="below")


def sorts_upside_down(shop: Staffed) -> None:
    shop.lists(shop.item("b"), shop.item("a"), sort="price_asc")


def begins_too_late(shop: Staffed) -> None:
    shop.lists(shop.item("b"), shop.item("a"))


def shows_an_old_price(shop: Staffed) -> None:
    old = shop.item("c")
    shop.prices_it("c", 35)
    shop.lists(old, shop.item("b"))


def lists_what_is_gone(shop: Staffed) -> None:
    shop.withdraws("c")
    shop.lists(shop.item("c"), shop.item("b"))


def sells_what_is_gone(shop: Staffed) -> None:
    shop.withdraws("c")
    shop.orders("c")


def finds_what_is_gone(shop: Staffed) -> None:
    shop.withdraws("c")
    shop.finds("c", 200)


def loses_what_is_there(shop: Staffed) -> None:
    shop.finds("c", 404)


def does_not_know_what_is_there(shop: Staffed) -> None:
    shop.orders("a", "c", status=422, code="UNKNOWN_PRODUCT")


def counts_the_page(shop: Staffed) -> None:
    shop.lists(shop.item("c"), shop.item("b"), total=2)


def shows_staff_something_else(shop: Staffed) -> None:
    change = catalogue.PriceChange("a", Amount(11, "EUR"))
    shop.does_staff(catalogue.SET_PRICE, asdict(change)).answered(200, shop.item("a"))


def shows_staff_other_units(shop: Staffed) -> None:
    shop.does_staff(catalogue.SET_STOCK, {"product_id": "a", "available": 5}).answered(200, {"available": 4})


LIES: tuple[Callable[[Staffed], None], ...] = (
    lacks_one,
    forgets_what_is_below,
    forgets_the_category,
    sorts_upside_down,
    begins_too_late,
    shows_an_old_price,
    lists_what_is_gone,
    sells_what_is_gone,
    finds_what_is_gone,
    loses_what_is_there,
    does_not_know_what_is_there,
    counts_the_page,
    shows_staff_something_else,
    shows_staff_other_units,
)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_each_lie_is_told(lie: Callable[[Staffed], None]) -> None:
    shop = Staffed()
    lie(shop)
    assert shop.verdict().outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("after", "shown", "sort", "expected"),
    [
        ("b", "a", "newest", Outcome.PASS),
        ("b", "ba", "newest", Outcome.FAIL),
        ("b", "", "newest", Outcome.FAIL),
        ("c", "a", "newest", Outcome.FAIL),
        ("b", "c", "name", Outcome.PASS),
        ("b", "", "price_asc", Outcome.FAIL),
    ],
)
def test_a_page_after_a_cursor_begins_behind_its_product(after: str, shown: str, sort: str, expected: Outcome) -> None:
    shop = Staffed()
    shop.goes_on(after, *map(shop.item, shown), sort=sort)
    assert shop.verdict().outcome is expected


def test_a_walk_by_cursors_shows_nothing_twice() -> None:
    shop = Staffed()
    shop.lists(shop.item("c"), shop.item("b"))
    shop.goes_on("b", shop.item("a"))
    assert shop.verdict().outcome is Outcome.PASS
    shop.withdraws("a")
    shop.goes_on("a", shop.item("b"))
    assert shop.verdict().outcome is Outcome.FAIL
