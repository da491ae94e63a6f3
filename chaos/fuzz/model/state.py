"""What the shop holds, as the model believes: accounts, tokens, products, orders, payments. Immutable: states are compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, Self, TypeVar

CAPTURED = "CAPTURED"


class Row(Protocol):
    """A row of a table."""

    @property
    def id(self) -> object:
        """What it is known by in its table."""


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Account:
    """`version` is raised by a change, `announced` once that is known everywhere; `secret` counts changes of the password."""

    id: str
    email: str
    name: str
    password: str
    version: int = 1
    announced: int = 1
    secret: int = 0


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens by the name of its session; `fresh`: the refresh token was neither used nor revoked.

    `ended`: so is the family it is of; `over`: and that was made known. `bought` is the session that its refresh token was
    traded for, `twin_of` the one that was answered with the same pair before, "" for none.
    """

    id: str
    user: str
    version: int
    family: str
    bought: str = ""
    twin_of: str = ""
    fresh: bool = True
    ended: bool = False
    over: bool = False


@dataclass(frozen=True)
class Money:
    """An amount in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True)
class Product:
    """A product and its stock; `created_at` as the shop wrote it."""

    id: str
    name: str
    description: str
    price: Money
    category: str | None
    pictures: tuple[tuple[str, str], ...]
    created_at: str
    available: int = 0
    reserved: int = 0
    sold: int = 0
    on_sale: bool = True


@dataclass(frozen=True)
class Line:
    """Units of a product; name and price of the moment they were reserved, None before."""

    product: str
    quantity: int
    name: str | None = None
    price: Money | None = None


Address = tuple[str, str, str, str, str]
"""Recipient, street, city, postal code, country."""


@dataclass(frozen=True)
class Order:
    """`saga` is what is at work on it ("cancel", "complete:<payment>" or ""); `created_at` is "" until it was seen."""

    id: str
    owner: str
    key: str
    lines: tuple[Line, ...]
    address: Address
    status: str = "PENDING"
    reason: str | None = None
    total: Money | None = None
    payment: str | None = None
    saga: str = ""
    created_at: str = ""


@dataclass(frozen=True)
class Payment:
    """A payment at the provider, for the order `reference`; `decline` is the reason a capture is refused with, "" for none."""

    id: str
    reference: str
    amount: Money
    decline: str = ""


@dataclass(frozen=True)
class Attempt:
    """How the shop's attempt to pay an order with a payment ended: CAPTURED, or the reason of the refusal."""

    order: str
    payment: str
    outcome: str

    @property
    def id(self) -> tuple[str, str]:
        """Order and payment."""
        return (self.order, self.payment)


class Table(Generic[R]):
    """Rows by their id. Immutable and hashed."""

    def __init__(self, rows: Iterable[R] = ()) -> None:
        self._rows: Mapping[object, R] = {row.id: row for row in rows}
        self._hash = hash(frozenset(self._rows.values()))

    def put(self, row: R) -> Self:
        """The same table with one row added or replaced."""
        return type(self)((self._rows | {row.id: row}).values())  # type: ignore[operator]

    def get(self, key: object) -> R | None:
        """A row, or None."""
        return self._rows.get(key)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._hash == other._hash and self._rows == other._rows

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class State:
    """One state that the shop may be in. `repeats`: it answers a refresh that is repeated in time as it did before."""

    repeats: bool = False
    accounts: Table[Account] = field(default_factory=Table)
    tokens: Table[Tokens] = field(default_factory=Table)
    products: Table[Product] = field(default_factory=Table)
    orders: Table[Order] = field(default_factory=Table)
    payments: Table[Payment] = field(default_factory=Table)
    attempts: Table[Attempt] = field(default_factory=Table)

    def put(self, *rows: Account | Tokens | Product | Order | Payment | Attempt) -> "State":
        """The state with these rows added or replaced."""
        state = self
        for row in rows:
            name = _TABLES[type(row)]
            state = replace(state, **{name: getattr(state, name).put(row)})
        return state

    def account_of(self, email: str) -> Account | None:
        """The account of an e-mail address."""
        return next((each for each in self.accounts if each.email == email), None)

    def order_under(self, owner: str, key: str) -> Order | None:
        """The order of a user under an idempotency key."""
        return next((each for each in self.orders if (each.owner, each.key) == (owner, key)), None)

    def moved(self, order: Order, source: str, target: str) -> "State":
        """The state with the units of an order taken from one place (available, reserved, sold) to another."""
        state = self
        for line in order.lines:
            product = state.products.get(line.product)
            if product is not None:
                here, there = getattr(product, source) - line.quantity, getattr(product, target) + line.quantity
                state = state.put(replace(product, **{source: here, target: there}))
        return state


_TABLES: Mapping[type, str] = {
    Account: "accounts", Tokens: "tokens", Product: "products", Order: "orders", Payment: "payments", Attempt: "attempts",
}  # fmt: skip
