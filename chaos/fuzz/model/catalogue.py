"""Staff at work: products made, changed, stocked, withdrawn; and the catalogue and stock as they are read meanwhile."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.action import Action, Judged, Outcome, Sent, bearer
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.state import Money, Product, State
from chaos.observations.catalogue import CREATE_PRODUCT, READ_STOCK, SET_PRICE, SET_STOCK
from chaos.observations.catalogue import WITHDRAW_PRODUCT as WITHDRAW
from chaos.observations.identity import READ_PRODUCT
from harness.fuzz.interleavings import Memory, MismatchError, Step
from harness.fuzz.requests import Request, Values

ADMIN = "admin"
CHANGE_PRODUCT, LIST_PRODUCTS = "change_product", "list_some_products"
"""Names of operations that no guarantee reads: changes that leave the price as it is, and pages."""
PRODUCT_GONE = "PRODUCT_NOT_FOUND"


@dataclass(frozen=True)
class Fields:
    """What is said of a product; None: not said. `category` is a name, "" takes the product out of its category."""

    name: str | None = None
    description: str | None = None
    price: Money | None = None
    category: str | None = None
    pictures: tuple[tuple[str, str], ...] | None = None

    def body(self) -> dict[str, JsonValue]:
        """As the shop wants it."""
        pictures: list[JsonValue] = [dict(zip(answers.PICTURE, each, strict=True)) for each in self.pictures or ()]
        said: list[tuple[str, object, JsonValue]] = [
            ("name", self.name, self.name),
            ("description", self.description, self.description),
            ("price", self.price, answers.money(self.price)),
            ("category_id", self.category, f"{{{self.category}}}" if self.category else None),
            ("images", self.pictures, pictures),
        ]
        return {name: value for name, given, value in said if given is not None}

    def applied(self, product: Product, values: Values) -> Product:
        """The product, with what is said of it."""
        category = product.category if self.category is None else (values[self.category] if self.category else None)
        return replace(
            product,
            name=product.name if self.name is None else values.text(self.name),
            description=product.description if self.description is None else self.description,
            price=self.price or product.price,
            category=category,
            pictures=product.pictures if self.pictures is None else self.pictures,
        )


@dataclass(frozen=True)
class CreateProduct(Action):
    """An admin adds a product, called `product` once it is there."""

    product: str
    fields: Fields

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body = self.fields.body()
        request = Request(ADMIN, "POST", "/products", body, bearer(ADMIN), {self.product: "id"})
        made: dict[str, JsonValue] = {
            "name": body["name"],
            "price": body["price"],
            "category_id": body.get("category_id") or "",
        }
        yield Sent(request, CREATE_PRODUCT, made)

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""

        def create(state: State, _: Memory) -> Outcome:
            answer = answered[0]
            Expected(201).check(answer)
            made = Product(answers.text(answer, "id"), "", "", Money(0, ""), None, (), answers.text(answer, "created_at"))
            made = self.fields.applied(made, values)
            Expected.of(201, answers.product(made)).check(answer)
            return [(state.put(made), ())]

        return [create]


@dataclass(frozen=True)
class OnProduct(Action):
    """Something about one product, which is refused when that is not for sale."""

    product: str

    def request(self) -> tuple[str, str, JsonValue, str]:
        """Method, rest of the path, body, operation."""
        raise NotImplementedError

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """The states after it, when the product is for sale."""
        raise NotImplementedError

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        method, rest, body, operation = self.request()
        path = f"/products/{{{self.product}}}{rest}"
        sent = {"product_id": f"{{{self.product}}}", **(body if isinstance(body, dict) else {})}
        yield Sent(Request(ADMIN, method, path, body, bearer(ADMIN)), operation, sent)

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked = Judged(answered[0])

        def judge(state: State, _: Memory) -> Outcome:
            product = state.products.get(values[self.product])
            if product is None or not product.on_sale:
                return asked.refused(state, 404, PRODUCT_GONE)
            return self.judge(product, state, asked, values)

        return [judge]


@dataclass(frozen=True)
class ChangeProduct(OnProduct):
    """An admin changes some of a product; what is not sent stays."""

    fields: Fields

    def request(self) -> tuple[str, str, JsonValue, str]:
        """See OnProduct."""
        return "PATCH", "", self.fields.body(), SET_PRICE if self.fields.price else CHANGE_PRODUCT

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """See OnProduct."""
        changed = self.fields.applied(product, values)
        Expected.of(200, answers.product(changed)).check(asked.answer)
        return [(state.put(changed), ())]


@dataclass(frozen=True)
class ReadProduct(OnProduct):
    """Somebody reads a product."""

    def request(self) -> tuple[str, str, JsonValue, str]:
        """See OnProduct."""
        return "GET", "", None, READ_PRODUCT

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """See OnProduct."""
        Expected.of(200, answers.product(product)).check(asked.answer)
        return [(state, ())]


@dataclass(frozen=True)
class SetStock(OnProduct):
    """An admin sets the units that can be ordered; what is reserved or sold stays."""

    available: int

    def request(self) -> tuple[str, str, JsonValue, str]:
        """See OnProduct."""
        return "PUT", "/stock", {"available": self.available}, SET_STOCK

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """See OnProduct. The answer may be older than a reservation that came right behind."""
        stocked = replace(product, available=self.available)
        Expected.of(200, answers.stock(stocked)).check(asked.answer)
        return [(state.put(stocked), ())]


@dataclass(frozen=True)
class ReadStock(OnProduct):
    """An admin reads the units of a product."""

    def request(self) -> tuple[str, str, JsonValue, str]:
        """See OnProduct."""
        return "GET", "/stock", None, READ_STOCK

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """See OnProduct."""
        Expected.of(200, answers.stock(product)).check(asked.answer)
        return [(state, ())]


@dataclass(frozen=True)
class Withdraw(OnProduct):
    """An admin takes a product out of the catalogue, unless units are reserved."""

    def request(self) -> tuple[str, str, JsonValue, str]:
        """See OnProduct."""
        return "DELETE", "", None, WITHDRAW

    def judge(self, product: Product, state: State, asked: Judged, values: Values) -> Outcome:
        """See OnProduct."""
        if product.reserved:
            return asked.refused(state, 409, "PRODUCT_RESERVED")
        Expected(204).check(asked.answer)
        return [(state.put(replace(product, on_sale=False, category=None)), ())]


SORTS: Mapping[str, tuple[Callable[[Product], tuple[object, ...]], bool]] = {
    "newest": (lambda each: (each.created_at, each.id), True),
    "name": (lambda each: (each.name, each.id), False),
    "price_asc": (lambda each: (each.price.minor, each.id), False),
    "price_desc": (lambda each: (-each.price.minor, each.id), False),
}
"""The key of each order of the catalogue, and whether it runs backwards."""


@dataclass(frozen=True)
class ListProducts(Action):
    """Somebody reads a page of the products whose name contains `search`."""

    client: str
    search: str
    page: int
    size: int
    sort: str
    category: str | None = field(default=None)

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        query = f"name={self.search}&page={self.page}&page_size={self.size}&sort={self.sort}"
        within = f"&category_id={{{self.category}}}" if self.category else ""
        yield Sent(Request(self.client, "GET", f"/products?{query}{within}"), LIST_PRODUCTS, {})

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action. The count and the page are two reads."""
        answer, search = answered[0], values.text(self.search)
        category = values[self.category] if self.category else None

        def found(state: State) -> list[Product]:
            return [
                each for each in state.products
                if each.on_sale and search in each.name and category in (None, each.category)
            ]  # fmt: skip

        def count(state: State, _: Memory) -> Outcome:
            Expected.of(200, {"total": len(found(state)), "page": self.page, "page_size": self.size}).check(answer)
            return [(state, ())]

        def read(state: State, _: Memory) -> Outcome:
            key, backwards = SORTS[self.sort]
            ordered = sorted(found(state), key=key, reverse=backwards)[(self.page - 1) * self.size :][: self.size]
            items = answers.rows(answer)
            if [each.get("id") for each in items] != [each.id for each in ordered]:
                expected = [(each.name, each.id) for each in ordered]
                got = [(each.get("name"), each.get("id")) for each in items]
                raise MismatchError(f"{answer.request}: expected the products {expected}, answered with {got}")
            for item, product in zip(items, ordered, strict=True):
                Expected.of(200, answers.product(product)).check(Answer(f"{answer.request} item {product.id}", 200, item))
            return [(state, ())]

        return [count, read]
