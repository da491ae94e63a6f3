"""A crowd of daring customers and a clerk: a workload beside another one, or the larger part of one of its own.

All acts are dealt to the customers, who then draw more, until each has done so many, or the workload beside them is over.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Address, Money, User, accepted
from chaos.observations import catalogue, identity
from chaos.observations.orders import CAPTURE_ELSEWHERE
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_CANCEL, TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import PASSWORD
from chaos.workloads.daring.accounts import logs_in_again
from chaos.workloads.daring.act import Act
from chaos.workloads.daring.clerk import Clerk
from chaos.workloads.daring.customer import DaringCustomer
from chaos.workloads.daring.market import Market
from chaos.workloads.gateway_connections import gateway_clients
from chaos.workloads.staff import CHANGING, STOCKING, Staff, staff
from harness.collect import collect
from harness.experiment import Context

ACTS: tuple[Act, ...] = collect("chaos.workloads.daring", Act)

Beside = Callable[[], AbstractAsyncContextManager[None]]
"""Makes the block in which a crowd acts."""

PRICES = (137, 95, 2048, 8, 10499, 760)
"""Minor units of prices in the beginning, of as many digits as there are."""

EXOTIC = (Money(1050, "KWD"), Money(1205, "JPY"))
"""Prices in currencies of three decimals, and of none."""

PLENTY, FEW = 1500, 12
"""Units in stock at the beginning: of what is always there, and of what is sold out now and then."""

HOMES = "198.18.0"
"""The network where customers are at home, one address each (RFC 2544: nobody's)."""

OPERATIONS = (
    TO_ORDER
    | TO_PAY
    | TO_CANCEL
    | STOCKING
    | CHANGING
    | {
        catalogue.CREATE_CATEGORY,
        catalogue.CHANGE_CATEGORY,
        catalogue.DELETE_CATEGORY,
        catalogue.LIST_CATEGORIES,
        catalogue.LIST_PRODUCTS,
        identity.READ_CATEGORY,
        identity.READ_PRODUCT,
        identity.LIST_ORDERS,
        identity.TRESPASS,
        identity.LOG_IN,
        CAPTURE_ELSEWHERE,
    }
)
"""Names of the operations of a crowd."""

ON_ACCOUNTS = frozenset({identity.REFRESH_TOKENS, identity.CHANGE_ACCOUNT, identity.USE_TOKEN, identity.LOG_OUT})
"""Those that it does besides when it changes accounts."""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """`customers` who pause up to `pause_s` seconds between acts, and a clerk who pauses as long between his.

    `goods` are products in the shop's usual currency. `accounts`: they also change passwords and replay refresh tokens.
    """

    customers: int = 3
    goods: int = 6
    pause_s: float = 0.8
    accounts: bool = False
    habits: Habits = field(default_factory=lambda: Habits(retries=0.7, attempts=3, busy_retries=2, polls=6))

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return OPERATIONS | (ON_ACCOUNTS if self.accounts else frozenset())

    async def prepare(self, subject: RunningShop, context: Context) -> "Company":
        """Create products and accounts. Raises RefusedError, httpx.HTTPError."""
        clerk = await staff(subject, context, "clerk")
        categories = [(await clerk.makes_category(f"Lamps {context.mark}")).id]
        categories.append((await clerk.makes_category(f"Desk lamps {context.mark}", categories[0])).id)
        shelves = cycle([None, *categories])
        goods = [
            await clerk.stocks(
                f"Lamp {context.mark} {n}", Money(price), FEW if n % 3 == 2 else PLENTY, category_id=next(shelves)
            )
            for n, price in zip(range(self.goods), cycle(PRICES), strict=False)
        ]
        foreign = [await clerk.stocks(f"Lampe {context.mark} {n}", Money(900 + n, "CHF"), PLENTY) for n in range(2)]
        exotic = [await clerk.stocks(f"Ranpu {context.mark} {each.currency}", each, PLENTY) for each in EXOTIC]
        doomed = [await clerk.stocks(f"Doomed lamp {context.mark} 0", Money(50), FEW)]
        names = [f"daring-{number:02}" for number in range(self.customers)]
        emails = [f"{name}@{context.mark}.shop.example" for name in names]
        users = [
            await accepted(partial(subject.shop.register, email, PASSWORD, name), User)
            for name, email in zip(names, emails, strict=True)
        ]
        accounts = list(zip(names, emails, users, strict=True))
        market = Market(context.mark, goods, foreign, doomed, categories=categories, exotic=exotic)
        return Company(self, accounts, clerk, market, subject, context)


@dataclass
class Company:
    """A crowd that is ready to begin; `accounts` are names, e-mail addresses and users."""

    crowd: Crowd
    accounts: Sequence[tuple[str, str, User]]
    staff: Staff
    market: Market
    subject: RunningShop
    context: Context

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Let the crowd act while the block runs; it ends when the acts that were begun then are over."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            acting = group.create_task(self.acts(None, over))
            try:
                yield
            finally:
                over.set()
            await acting

    async def acts(self, count: int | None, over: asyncio.Event) -> None:
        """Every customer does `count` acts, or acts until it is `over`; the clerk works until the last customer is done."""
        done = asyncio.Event()
        async with AsyncExitStack() as leaving, asyncio.TaskGroup() as group:
            customers = [await self._arrives(number, leaving) for number in range(len(self.accounts))]
            clerk = group.create_task(self._works(done, over))
            decks = _dealt(self._acts(), len(customers), self.context)
            acting = [
                group.create_task(self._stays(customer, deck, count, over))
                for customer, deck in zip(customers, decks, strict=True)
            ]
            await asyncio.gather(*acting)
            done.set()
            await clerk

    async def _arrives(self, number: int, leaving: AsyncExitStack) -> DaringCustomer:
        name, email, user = self.accounts[number]
        clients = await leaving.enter_async_context(gateway_clients(self.subject))
        (here, http), (there, other) = (clients[(number + step) % len(clients)] for step in (0, 1))
        buyer = Buyer(
            name=name,
            user_id=user.id,
            address=Address(name, f"Dare Street of {name}", "Bern", "3000", "CH"),
            shop=self.subject.shop.through(http).seen_from(f"{HOMES}.{number}"),
            provider=self.subject.provider,
            recorder=self.context.recorder,
            random=self.context.seed.stream(name),
            habits=self.crowd.habits,
        )
        away = f"{name}-elsewhere"
        elsewhere = replace(buyer, name=away, shop=buyer.shop.through(other), random=self.context.seed.stream(away))
        customer = DaringCustomer(buyer, elsewhere, (here, there), self.market, email, PASSWORD)
        await logs_in_again(customer, PASSWORD)
        return customer

    def _acts(self) -> list[Act]:
        """Every act as often as its weight says."""
        return [each for each in ACTS if self.crowd.accounts or not each.accounts for _ in range(each.weight)]

    async def _stays(self, customer: DaringCustomer, deck: list[Act], count: int | None, over: asyncio.Event) -> None:
        """Do what was dealt, then what is drawn."""
        done = 0
        while not over.is_set() and (count is None or done < count):
            chosen = deck[done] if done < len(deck) else customer.random.choice(self._acts())
            await chosen.do(customer)
            done += 1
            await _pause(customer.random, self.crowd.pause_s, over)

    async def _works(self, done: asyncio.Event, over: asyncio.Event) -> None:
        random = self.context.seed.stream("clerk")
        clerk = Clerk(self.staff, self.market, random)
        while not (done.is_set() or over.is_set()):
            await clerk.works()
            await _pause(random, self.crowd.pause_s, over)


def operations_of_crowd(crowd: Crowd | None) -> frozenset[str]:
    """Names of the operations of a crowd, if there is one."""
    return crowd.operations if crowd is not None else frozenset()


async def arriving(crowd: Crowd | None, subject: RunningShop, context: Context) -> Beside:
    """Prepare a crowd, if there is one; returns the block in which it acts. Raises RefusedError, httpx.HTTPError."""
    company = await crowd.prepare(subject, context) if crowd is not None else None
    return company.beside if company is not None else nullcontext


def _dealt(acts: list[Act], customers: int, context: Context) -> list[list[Act]]:
    """All acts, shuffled and dealt: whether one is done in a run is not left to chance."""
    context.seed.stream("acts").shuffle(acts)
    return [acts[number::customers] for number in range(customers)]


async def _pause(random: Random, most_s: float, over: asyncio.Event) -> None:
    ended = asyncio.ensure_future(over.wait())
    await asyncio.wait((ended,), timeout=random.random() * most_s)
    ended.cancel()
