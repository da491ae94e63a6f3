"""What customers and staff may want to do, as data that hypothesis draws and shrinks, and what becomes of it in one example.

Nothing drawn depends on an answer: an intent names things by small numbers, so a seed gives the same requests again whoever got
the last unit.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from chaos.client.sandboxes import GOOD_CARD
from chaos.fuzz.model.accounts import ChangeAccount, LogIn, ReadAccount, RefreshTokens, Register
from chaos.fuzz.model.accounts import LogOut as EndSession
from chaos.fuzz.model.action import Action
from chaos.fuzz.model.catalogue import (
    ADMIN,
    ChangeProduct,
    CreateProduct,
    Fields,
    ListProducts,
    ReadProduct,
    ReadStock,
    SetStock,
    Withdraw,
)
from chaos.fuzz.model.listing import ListOrders
from chaos.fuzz.model.ordering import Content, PlaceOrder, order_name
from chaos.fuzz.model.paying import CARDS, Authorise, Cancel, Complete, ReadOrder
from chaos.fuzz.model.shelf import ADDRESSES, CATEGORY, CUSTOMERS, FIRST_KEY, PASSWORDS, Shelf, address
from chaos.fuzz.model.state import Money


class Intent(ABC):
    """What one client wants to do."""

    def needs(self, shelf: Shelf) -> Set[str]:
        """The customers, or the category, that have to be there for it."""
        return frozenset()

    @abstractmethod
    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """What it does, one after the other."""


@dataclass(frozen=True)
class OfCustomer(Intent):
    """Who, and how many sessions old the one is that is used."""

    who: int
    age: int = 0

    @property
    def customer(self) -> str:
        """The customer's name."""
        return CUSTOMERS[self.who]

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return {self.customer}


@dataclass(frozen=True)
class Place(OfCustomer):
    """Order some products under the customer's next key; customers count alike, so they use the same ones."""

    lines: tuple[tuple[int, int], ...] = ((0, 1),)
    to: int = 0

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        wanted = {shelf.product(number): quantity for number, quantity in self.lines}
        key = f"k{sum(customer == self.customer for customer, _ in shelf.contents)}"
        return [_place(self.customer, self.age, key, Content(tuple(wanted.items()), ADDRESSES[self.to]), shelf)]


@dataclass(frozen=True)
class OfOrder(Intent):
    """Something about the order that was asked for last (`nth` 0), or before; by its owner (`mine`) or another customer."""

    nth: int = 0
    mine: bool = True
    age: int = 0

    def about(self, shelf: Shelf) -> tuple[str, str, str]:
        """Who asks, with which session, about which order; one that nobody asked for, when nobody did for any."""
        customer, owner, key = self.who(shelf)
        return customer, shelf.session(customer, self.age), order_name(owner, key)

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return {self.who(shelf)[0]}

    def who(self, shelf: Shelf) -> tuple[str, str, str]:
        """Who asks, and the owner and key of the order."""
        asked_for = [*reversed(shelf.contents)] or [(CUSTOMERS[0], FIRST_KEY)]
        owner, key = asked_for[self.nth % len(asked_for)]
        return (owner if self.mine else next(each for each in CUSTOMERS if each != owner)), owner, key


@dataclass(frozen=True)
class PlaceAgain(OfOrder):
    """Order under a used key: the same (lines in another order), with another quantity, or to another address."""

    change: str = "nothing"

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        customer, owner, key = self.who(shelf)
        before = shelf.contents.get((owner, key)) or Content(((shelf.product(0), 1),), ADDRESSES[0])
        (product, quantity), *rest = before.lines
        changed = {
            "nothing": replace(before, lines=tuple(reversed(before.lines))),
            "quantity": replace(before, lines=((product, quantity % 3 + 1), *rest)),
            "address": replace(before, address=ADDRESSES[before.address == ADDRESSES[0]]),
        }
        return [_place(customer, self.age, key, changed[self.change], shelf)]


@dataclass(frozen=True)
class Method:
    """How an order is paid: by which card, `off` its total by some minor units, in another currency."""

    card: str = GOOD_CARD
    off: int = 0
    currency: str = ""


RIGHT = Method()
WRONG = (
    *(Method(card) for card in CARDS if card != GOOD_CARD),
    Method(off=1),
    Method(off=-1),
    Method(currency="CHF"),
    Method(currency="USD"),
)


@dataclass(frozen=True)
class Pay(OfOrder):
    """Have a payment authorised for an order, and pay with it."""

    how: Method = field(default_factory=lambda: RIGHT)

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        customer, session, order = self.about(shelf)
        total = shelf.total(order)
        amount = Money(max(1, total.minor + self.how.off), self.how.currency or total.currency)
        payment = f"y{shelf.payments}"
        shelf.payments += 1
        return [Authorise(customer, payment, order, amount, self.how.card), Complete(customer, session, order, payment)]


@dataclass(frozen=True)
class PayWith(OfOrder):
    """Pay with a payment that was authorised before, perhaps for another order."""

    payment: int = 0

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        payment = f"y{self.payment % max(1, shelf.payments)}"
        return [Complete(*self.about(shelf), payment)]


@dataclass(frozen=True)
class CallOff(OfOrder):
    """Cancel an order."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [Cancel(*self.about(shelf))]


@dataclass(frozen=True)
class Read(OfOrder):
    """Read an order."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [ReadOrder(*self.about(shelf))]


@dataclass(frozen=True)
class AdminReads(OfOrder):
    """An admin reads anybody's order."""

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return frozenset()

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        _, _, order = self.about(shelf)
        return [ReadOrder(ADMIN, ADMIN, order, owners=False)]


@dataclass(frozen=True)
class ListOwn(OfCustomer):
    """Read all pages of one's own orders."""

    limit: int = 1

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        shelf.named += 1
        return [ListOrders(self.customer, shelf.session(self.customer, self.age), self.limit, f"w{shelf.named}")]


@dataclass(frozen=True)
class BecomeGuest(Intent):
    """Somebody registers with an address of the pool."""

    email: int

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        shelf.guests += 1
        return [Register(f"g{shelf.guests}", address(self.email), PASSWORDS[0], "Guest")]


@dataclass(frozen=True)
class OpenSession(OfCustomer):
    """Log in, with the password in force or another one."""

    password: str = ""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        session = shelf.unused(self.customer) if self.password else shelf.opens(self.customer)
        password = self.password or shelf.password(self.customer)
        return [LogIn(self.customer, session, shelf.email(self.customer), password)]


@dataclass(frozen=True)
class LogOut(OfCustomer):
    """End a session, or all, use it once more and refresh it; then open another one."""

    everywhere: bool = False

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        session = shelf.session(self.customer, self.age)
        refreshed, next_one = shelf.unused(self.customer), shelf.opens(self.customer)
        return [
            EndSession(self.customer, session, self.everywhere),
            ReadAccount(self.customer, session),
            RefreshTokens(self.customer, session, refreshed),
            LogIn(self.customer, next_one, shelf.email(self.customer), shelf.password(self.customer)),
        ]


@dataclass(frozen=True)
class Refresh(OfCustomer):
    """Trade a refresh token, or show a used one again."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        old = shelf.session(self.customer, self.age)
        new = shelf.unused(self.customer) if self.age else shelf.opens(self.customer)
        return [RefreshTokens(self.customer, old, new)]


@dataclass(frozen=True)
class Replay(OfCustomer):
    """Trade a refresh token, show it again, and trade what it was traded for: that ended with the replay."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        old, new = shelf.session(self.customer, self.age), shelf.opens(self.customer)
        again, last = shelf.unused(self.customer), shelf.unused(self.customer)
        return [RefreshTokens(self.customer, *pair) for pair in ((old, new), (old, again), (new, last))]


@dataclass(frozen=True)
class Me(OfCustomer):
    """Read the account."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [ReadAccount(self.customer, shelf.session(self.customer, self.age))]


@dataclass(frozen=True)
class ChangeMe(OfCustomer):
    """Change the account, showing the password in force ("right"), a wrong one, or none."""

    name: str | None = None
    email: int | None = None
    password: str | None = None
    shows: str = "right"

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        shown = {"right": shelf.password(self.customer), "wrong": "no such password", "none": None}[self.shows]
        email = None if self.email is None else address(self.email)
        session = shelf.session(self.customer, self.age)
        name = "Ada Again" if (self.name, email, self.password) == (None, None, None) else self.name
        return [ChangeAccount(self.customer, session, name, email, self.password, shown)]


@dataclass(frozen=True)
class Stocked(Intent):
    """An admin makes a product and puts units of it in stock."""

    fields: Fields
    stock: int

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return {self.fields.category or ""}

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        name = f"p{shelf.products}"
        shelf.products += 1
        fields = replace(self.fields, name=f"{{run}} {self.fields.name} {name}", price=self.fields.price or Money(1, "EUR"))
        return [CreateProduct(name, fields), SetStock(name, self.stock)]


@dataclass(frozen=True)
class OfProduct(Intent):
    """Something about a product."""

    number: int


@dataclass(frozen=True)
class Reprice(OfProduct):
    """An admin changes some of a product."""

    fields: Fields

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return {self.fields.category or ""}

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        product = shelf.product(self.number)
        said = self.fields if self.fields != Fields() else Fields(description="again")
        named = said if said.name is None else replace(said, name=f"{{run}} {said.name} {product}")
        return [ChangeProduct(product, named)]


@dataclass(frozen=True)
class Restock(OfProduct):
    """An admin sets the units that can be ordered."""

    stock: int

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [SetStock(shelf.product(self.number), self.stock)]


@dataclass(frozen=True)
class Look(OfProduct):
    """A product and its units are read."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [ReadProduct(shelf.product(self.number)), ReadStock(shelf.product(self.number))]


@dataclass(frozen=True)
class TakeOut(OfProduct):
    """An admin withdraws a product, and looks whether it is gone: from its page, and from the catalogue."""

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        product = shelf.product(self.number)
        return [Withdraw(product), ReadProduct(product), ListProducts("visitor", "{run}", 1, 10, "newest")]


@dataclass(frozen=True)
class Browse(Intent):
    """Somebody reads a page of this example's products."""

    page: int
    size: int
    sort: str
    in_category: bool

    def needs(self, shelf: Shelf) -> Set[str]:
        """See Intent."""
        return {CATEGORY} if self.in_category else frozenset()

    def actions(self, shelf: Shelf) -> Sequence[Action]:
        """See Intent."""
        return [ListProducts("visitor", "{run}", self.page, self.size, self.sort, CATEGORY if self.in_category else None)]


def _place(customer: str, age: int, key: str, content: Content, shelf: Shelf) -> Action:
    shelf.contents[customer, key] = content
    return PlaceOrder(customer, shelf.session(customer, age), key, content)
