"""What one example has named so far (products, sessions, orders), and what its intents choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.fuzz.model.action import access
from chaos.fuzz.model.ordering import Content
from chaos.fuzz.model.state import Address, Money, State
from harness.fuzz.requests import Values

CUSTOMERS = ("c0", "c1")
FIRST_KEY = "k0"
CATEGORY = "category"
ADDRESSES: Sequence[Address] = (
    ("Ada", "Sale Street 1", "Bern", "3000", "CH"),
    ("Ada", "Sale Street 2", "Bern", "3000", "CH"),
)
PASSWORDS = ("first password", "second password", "third password")
NOBODYS_TOTAL = Money(100, "EUR")
"""What is authorised for an order without a total."""


@dataclass
class Shelf:
    """What this example has named so far; `state` is what the shop may look like now."""

    values: Values
    state: State = field(default_factory=State)
    products: int = 0
    payments: int = 0
    guests: int = 0
    named: int = 0
    contents: dict[tuple[str, str], Content] = field(default_factory=dict)
    sessions: dict[str, list[str]] = field(default_factory=dict)

    def session(self, customer: str, age: int = 0) -> str:
        """The newest session of a customer, or one `age` sessions older."""
        opened = [each for each in self.sessions.get(customer, []) if self.values.known(access(each))]
        return opened[max(0, len(opened) - 1 - age)] if opened else ""

    def opens(self, customer: str) -> str:
        """The name of a customer's next session."""
        self.named += 1
        session = f"{customer}.{self.named}"
        self.sessions.setdefault(customer, []).append(session)
        return session

    def unused(self, customer: str) -> str:
        """A name for a session that is not expected to open."""
        self.named += 1
        return f"{customer}.{self.named}"

    def product(self, number: int) -> str:
        """The name of a product."""
        return f"p{number % max(1, self.products)}"

    def email(self, customer: str) -> str:
        """The address of a customer, as the model believes it to be."""
        account = self.state.accounts.get(self.values[customer])
        return account.email.replace(self.values["run"], "{run}") if account else f"{customer}@nowhere.example"

    def password(self, customer: str) -> str:
        """The password of a customer, as the model believes it to be."""
        account = self.state.accounts.get(self.values[customer])
        return account.password if account else PASSWORDS[0]

    def total(self, order: str) -> Money:
        """What an order costs."""
        known = self.state.orders.get(self.values[order])
        return known.total if known and known.total else NOBODYS_TOTAL


def address(number: int) -> str:
    """An e-mail address of the pool that all customers of an example choose from."""
    return f"e{number}@{{run}}.shop.example"
