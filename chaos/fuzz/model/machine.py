"""The state machine that hypothesis drives: one rule for each intent, and one in which several clients act at once."""

from collections.abc import Callable
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from chaos.fuzz.model import intents
from chaos.fuzz.model.catalogue import SORTS, Fields
from chaos.fuzz.model.intents import RIGHT, WRONG, Intent
from chaos.fuzz.model.shelf import ADDRESSES, CATEGORY, CUSTOMERS, PASSWORDS
from chaos.fuzz.model.state import Money

AT_ONCE = 3
"""Clients that act at once, at most."""
PRODUCTS = 3


class Play(Protocol):
    """One example, as the machine plays it."""

    def does(self, *intents: Intent) -> None:
        """Let clients act at once. Raises UnexplainedError."""

    def ends(self) -> None:
        """The example is over."""


_who = st.integers(0, len(CUSTOMERS) - 1)
_age = st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2))
_product = st.integers(0, PRODUCTS - 1)
_units = st.integers(1, 3)
_stock = st.sampled_from((12, 12, 6, 3, 1, 0))
_customer = {"who": _who, "age": _age}
_of_order = {"nth": st.sampled_from((0, 0, 0, 1, 2, 3)), "mine": st.sampled_from((True,) * 7 + (False,)), "age": _age}
_price = st.builds(Money, st.integers(1, 300), st.sampled_from(("EUR", "EUR", "EUR", "EUR", "USD")))
_fields = st.builds(
    Fields,
    name=st.none() | st.sampled_from(("chair", "lamp", "table")),
    description=st.none() | st.sampled_from(("", "Warm light.")),
    price=st.none() | _price,
    category=st.none() | st.sampled_from((CATEGORY, "")),
    pictures=st.none() | st.sampled_from(((), (("https://img.shop.example/lamp.jpg", "A lamp"),))),
)
_new = st.builds(
    Fields,
    name=st.sampled_from(("lamp", "chair")),
    description=st.sampled_from(("Warm light.", "")),
    price=_price,
    category=st.sampled_from((None, CATEGORY)),
    pictures=st.sampled_from(((), (("https://img.shop.example/lamp.jpg", "A lamp"),))),
)
_lines = st.lists(st.tuples(_product, _units), min_size=1, max_size=2, unique_by=lambda line: line[0]).map(tuple)


STRATEGIES: dict[str, st.SearchStrategy[Intent]] = {
    "place": st.builds(intents.Place, **_customer, lines=_lines, to=st.integers(0, len(ADDRESSES) - 1)),
    "place_again": st.builds(intents.PlaceAgain, **_of_order, change=st.sampled_from(("nothing", "quantity", "address"))),
    "pay": st.builds(intents.Pay, **_of_order, how=st.sampled_from((RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, *WRONG))),
    "pay_with": st.builds(intents.PayWith, **_of_order, payment=st.integers(0, 5)),
    "call_off": st.builds(intents.CallOff, **_of_order),
    "read": st.builds(intents.Read, **_of_order),
    "admin_reads": st.builds(intents.AdminReads, **_of_order),
    "list_own": st.builds(intents.ListOwn, **_customer, limit=st.sampled_from((3, 2, 1, 4))),
    "become_guest": st.builds(intents.BecomeGuest, st.integers(0, 3)),
    "open_session": st.builds(
        intents.OpenSession, who=_who, password=st.sampled_from(("", "", *PASSWORDS, "no such password"))
    ),
    "log_out": st.builds(intents.LogOut, **_customer, everywhere=st.booleans()),
    "refresh": st.builds(intents.Refresh, **_customer),
    "replay": st.builds(intents.Replay, **_customer),
    "me": st.builds(intents.Me, **_customer),
    "change_me": st.builds(
        intents.ChangeMe,
        **_customer,
        name=st.none() | st.sampled_from(("Ada", "Ada King")),
        email=st.none() | st.integers(0, 3),
        password=st.none() | st.sampled_from(PASSWORDS),
        shows=st.sampled_from(("right", "right", "right", "wrong", "none")),
    ),
    "stocked": st.builds(intents.Stocked, fields=_new, stock=_stock),
    "reprice": st.builds(intents.Reprice, _product, fields=_fields),
    "restock": st.builds(intents.Restock, _product, stock=_stock),
    "look": st.builds(intents.Look, _product),
    "take_out": st.builds(intents.TakeOut, _product),
    "browse": st.builds(
        intents.Browse,
        st.integers(1, 3),
        st.integers(1, 3),
        st.sampled_from(sorted(SORTS)),
        st.sampled_from((False, False, True)),
    ),
}
"""What can be drawn."""


WEIGHTS = {"place": 4, "place_again": 2, "pay": 6, "call_off": 2, "list_own": 2, "change_me": 2, "restock": 2, "reprice": 2}
"""How often they are drawn; the others once."""
_ALONE = st.one_of(*(each for name, each in STRATEGIES.items() for _ in range(WEIGHTS.get(name, 1))))
_BUYING = st.one_of(*(STRATEGIES[name] for name in ("place", "place_again", "pay", "pay_with", "call_off", "list_own", "read")))
"""Where clients meet most."""
_TOGETHER = st.lists(_BUYING, min_size=2, max_size=AT_ONCE) | st.lists(_ALONE, min_size=2, max_size=AT_ONCE)


class ShopMachine(RuleBasedStateMachine):
    """One example. A subclass says what `begin` begins.

    Rules are few, because hypothesis leaves some rules out of each example: with one for each intent most examples would
    repeat a few of them.
    """

    begin: Callable[[], Play]

    def __init__(self) -> None:
        super().__init__()
        self.play = type(self).begin()

    @initialize(goods=st.lists(STRATEGIES["stocked"], min_size=1, max_size=2), first=STRATEGIES["place"])
    def opens(self, goods: list[Intent], first: Intent) -> None:
        """Some goods are in stock, and somebody orders."""
        for each in (*goods, first):
            self.play.does(each)

    @rule(intent=_ALONE)
    def alone(self, intent: Intent) -> None:
        """One client acts."""
        self.play.does(intent)

    @rule(intent=_ALONE)
    def alone_again(self, intent: Intent) -> None:
        """One client acts: as a rule of its own, so that this is twice as likely as acting at once."""
        self.play.does(intent)

    @rule(together=_TOGETHER)
    def at_once(self, together: list[Intent]) -> None:
        """Several clients act at once."""
        self.play.does(*together)

    def teardown(self) -> None:
        """See RuleBasedStateMachine."""
        self.play.ends()
