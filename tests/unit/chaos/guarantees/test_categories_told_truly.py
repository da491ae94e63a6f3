"""The tree as it is read is the tree as staff made it; what is deleted was empty, and nothing hangs below itself."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from pydantic import JsonValue

from chaos.guarantees.categories_told_truly import categories_told_truly
from chaos.observations import catalogue, identity
from chaos.observations.outside import Amount
from harness.history import Call, Row
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.shop_history import ShopHistory


class Arranged(ShopHistory):
    """A root a with the children b and c, and d below b."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, tuple[str, str]] = {}
        for name, parent in (("a", ""), ("b", "a"), ("c", "a"), ("d", "b")):
            self.makes(name, parent)

    def item(self, node: str, name: str = "", parent: str | None = None) -> dict[str, JsonValue]:
        known, up = self.nodes[node]
        return {"id": node, "name": name or known, "parent_id": (up if parent is None else parent) or None}

    def makes(self, node: str, parent: str) -> None:
        self.nodes[node] = (f"Shelf {node}", parent)
        made = catalogue.NewCategory(f"Shelf {node}", parent)
        self.staff(catalogue.CREATE_CATEGORY, asdict(made)).answered(201, self.item(node))

    def staff(self, name: str, sent: Row) -> Call:
        return self.recorder.invoke("staff", name, sent)

    def changes(self, node: str, status: int = 200, code: str = "", *, name: str = "", parent: str | None = None) -> None:
        known, up = self.nodes[node]
        if status == 200:
            self.nodes[node] = (name or known, up if parent is None else parent)
        sent = asdict(catalogue.CategoryChange(node, name, parent))
        said: Row = self.item(node) if status == 200 else {"code": code}
        self.staff(catalogue.CHANGE_CATEGORY, sent).answered(status, said)

    def deletes(self, node: str, status: int = 204, code: str = "") -> None:
        self.staff(catalogue.DELETE_CATEGORY, {"category_id": node}).answered(status, {"code": code} if code else {})

    def opens(self, node: str, status: int = 200, **other: JsonValue) -> None:
        """A category as it is, but for what is said otherwise."""
        up = self.nodes[node][1]
        children: list[JsonValue] = [self.item(each) for each, (_, parent) in self.nodes.items() if parent == node]
        said: Row = {**self.item(node), "parent": self.item(up) if up else None, "children": children, **other}
        call = self.recorder.invoke("looker", identity.READ_CATEGORY, {"category_id": node})
        call.answered(status, said if status == 200 else {"code": "CATEGORY_NOT_FOUND"})

    def lists(self, parent: str, *children: str) -> None:
        items: list[JsonValue] = [self.item(each) for each in children]
        call = self.recorder.invoke("looker", catalogue.LIST_CATEGORIES, {"parent_id": parent})
        call.answered(200, {"items": items, "total": len(items)})

    def verdict(self) -> Verdict:
        return categories_told_truly.verdict(self.done())


def test_what_is_told_truly_passes() -> None:
    shop = Arranged()
    shop.opens("a")
    shop.opens("d")
    shop.lists("a", "b", "c")
    shop.lists("", "a")
    shop.changes("a", 409, "CATEGORY_CIRCLE", parent="d")
    shop.changes("b", 409, "CATEGORY_NAME_TAKEN", name="Shelf c")
    shop.changes("d", name="Shelf 0", parent="c")
    shop.lists("b")
    shop.opens("d")
    shop.deletes("c", 409, "CATEGORY_IN_USE")
    looking = shop.recorder.invoke("looker", catalogue.LIST_CATEGORIES, {"parent_id": "a"})
    shop.deletes("b")
    looking.answered(200, {"items": [shop.item("c")], "total": 1})
    shop.opens("b", 404)
    shop.changes("c", 503, parent="")
    shop.lists("a", "c")
    shop.lists("a")
    verdict = shop.verdict()
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, ())


def forgets_a_child(shop: Arranged) -> None:
    shop.lists("a", "b")


def shows_a_grandchild(shop: Arranged) -> None:
    shop.lists("a", "b", "c", "d")


def sorts_upside_down(shop: Arranged) -> None:
    shop.lists("a", "c", "b")


def shows_the_former_name(shop: Arranged) -> None:
    shop.changes("b", name="Other")
    shop.opens("b", name="Shelf b")


def shows_the_former_parent(shop: Arranged) -> None:
    shop.changes("d", parent="c")
    shop.lists("b", "d")


def names_another_parent(shop: Arranged) -> None:
    shop.opens("d", parent=shop.item("c"))


def loses_one(shop: Arranged) -> None:
    shop.opens("c", 404)


def finds_what_is_gone(shop: Arranged) -> None:
    shop.deletes("c")
    shop.opens("c")


def deletes_what_has_children(shop: Arranged) -> None:
    shop.deletes("b")


def deletes_what_has_products(shop: Arranged) -> None:
    made = catalogue.NewProduct("Lamp", Amount(10, "EUR"), "c")
    shop.staff(catalogue.CREATE_PRODUCT, asdict(made)).answered(201, {"id": "p"})
    shop.deletes("c")


def keeps_what_is_empty(shop: Arranged) -> None:
    shop.deletes("c", 409, "CATEGORY_IN_USE")


def closes_a_circle(shop: Arranged) -> None:
    shop.changes("a", parent="d")


def names_two_alike(shop: Arranged) -> None:
    shop.changes("b", name="Shelf c")


def refuses_a_free_name(shop: Arranged) -> None:
    shop.changes("b", 409, "CATEGORY_NAME_TAKEN", name="Shelf d")


LIES: tuple[Callable[[Arranged], None], ...] = (
    forgets_a_child,
    shows_a_grandchild,
    sorts_upside_down,
    shows_the_former_name,
    shows_the_former_parent,
    names_another_parent,
    loses_one,
    finds_what_is_gone,
    deletes_what_has_children,
    deletes_what_has_products,
    keeps_what_is_empty,
    closes_a_circle,
    names_two_alike,
    refuses_a_free_name,
)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_each_lie_is_told(lie: Callable[[Arranged], None]) -> None:
    shop = Arranged()
    lie(shop)
    assert shop.verdict().outcome is Outcome.FAIL
