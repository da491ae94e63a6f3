"""Acts at the limits of what may be sent, and beyond them: long and foreign addresses, many lines, long keys, large pages."""

from dataclasses import asdict, replace

from chaos.client import Address, Line
from chaos.observations import catalogue, identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer

LINES, KEY, PAGE = 50, 255, 100
"""The most lines of an order, characters of a key, and things on a page."""

FOREIGN = Address("Zoë Ångström-O'Neil", "Größe 12, \u6771\u4eac \U0001f3ee", "S\u00e3o \u0141\u00f3d\u017a", "EH1 1AA", "GB")
LONG = Address("R" * 200, "\u00df" * 200, "C" * 100, "9" * 20, "CH")


@act(2)
async def lives_far_away(who: DaringCustomer) -> None:
    """Order to addresses of many scripts and of the longest parts that are allowed, read each order, and pay it."""
    for address in (FOREIGN, LONG):
        buyer = replace(who.buyer, address=address)
        order = await buyer.places(who.key(), who.lines(2), who.attempts())
        if order is not None:
            await buyer.reads(order.id)
            await who.pays(order)


@act(1)
async def lives_nowhere(who: DaringCustomer) -> None:
    """Order to addresses that nobody can have: a part is blank or too long, or the country is no code."""
    here = who.buyer.address
    for odd in (
        replace(here, recipient="   "),
        replace(here, street="S" * 201),
        replace(here, city=""),
        replace(here, postal_code="9" * 21),
        replace(here, country="Switzerland"),
        replace(here, country="ch"),
    ):
        await replace(who.buyer, address=odd).places(who.key(), who.lines(2), who.attempts())


@act(1)
async def orders_as_many_lines_as_one_may(who: DaringCustomer) -> None:
    """Order as many products as are allowed, all unknown, and one more than that."""
    unknown = [Line(f"{who.random.getrandbits(32):08x}-0000-4000-8000-{n:012x}", 1) for n in range(LINES + 1)]
    await who.orders(unknown[:-1])
    await who.orders(unknown)


@act(1)
async def uses_a_long_key(who: DaringCustomer) -> None:
    """Order under a key of as many characters as are allowed, twice, and under one of one more."""
    key, lines = who.key().ljust(KEY, "~"), who.lines(2)
    for used in (key, key, f"{key}~"):
        order = await who.orders(lines, used)
        if order is None:
            return
    who.placed.pop(key, None)


@act(1)
async def asks_for_large_pages(who: DaringCustomer) -> None:
    """Ask for pages of no things, of as many as are allowed, and of more."""
    buyer, client = who.buyer, ClientProcess(who.name, who.buyer.recorder)
    for size in (0, PAGE, PAGE + 1):
        listed = asdict(identity.OrdersPage(buyer.user_id, who.key(), "", size))
        await client.calls(identity.LIST_ORDERS, listed, lambda size=size: buyer.shop.ask("GET", f"/orders?limit={size}"))  # type: ignore[misc]  # mypy infers no type for a lambda's default
        shown = asdict(catalogue.ProductsPage(who.key(), who.market.mark, 1, size, "newest"))
        path = f"/products?name={who.market.mark}&page_size={size}"
        await client.calls(catalogue.LIST_PRODUCTS, shown, lambda path=path: buyer.shop.ask("GET", path))  # type: ignore[misc]  # as above
