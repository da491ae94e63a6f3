"""Acts on reading: lists page by page while others order, single orders and products."""

import asyncio
from dataclasses import asdict, replace
from functools import partial

from chaos.observations import catalogue, identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer

MOST_PAGES, TO_THE_END = 8, 60
"""Pages of a walk: of a part of a list, and of all of it."""
AT_ONCE = 6
SORTS = ("newest", "name", "price_asc", "price_desc")


@act(10)
async def pages_its_orders(who: DaringCustomer) -> None:
    """Read all pages of its own orders, small ones; then read one of them alone."""
    seen = await _walks(who, who.random.choice((1, 1, 2, 3, 20)), MOST_PAGES)
    if seen:
        await who.buyer.reads(who.random.choice(seen))


@act(2)
async def orders_many_at_once(who: DaringCustomer) -> None:
    """Place several orders at the same moment, which may be made in one batch; then read the whole list in pages of one."""
    wanted = [(who.key(), who.lines(1), who.attempts()) for _ in range(AT_ONCE)]
    at_once = (replace(who.buyer, name=f"{who.name}-{n}").places(*each) for n, each in enumerate(wanted))
    await asyncio.gather(*at_once)
    await _walks(who, 1, TO_THE_END)


async def _walks(who: DaringCustomer, limit: int, most: int) -> list[str]:
    """Read the list of one's orders, page by page; returns the ids that were shown."""
    buyer, cursor = who.buyer, ""
    client, walk = ClientProcess(buyer.name, buyer.recorder), who.key()
    seen: list[str] = []
    for _ in range(most):
        sent = asdict(identity.OrdersPage(buyer.user_id, walk, cursor, limit))
        answer = await client.calls(identity.LIST_ORDERS, sent, partial(buyer.shop.orders, cursor=cursor, limit=limit))
        if answer is None or answer.status != 200:
            break
        items, following = answer.body.get("items"), answer.body.get("next_cursor")
        seen += [str(item["id"]) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        if not isinstance(following, str) or not following:
            break
        cursor = following
    return seen


@act(6)
async def pages_the_catalogue(who: DaringCustomer) -> None:
    """Read the first pages of this run's products, or of those of a category, in two orders: by number, and by cursor."""
    numbered, walked = who.random.sample(SORTS, 2)
    await _pages(who, numbered, who.random.choice((1, 2, 5, 100)))
    await _pages(who, walked, who.random.choice((1, 2)), by_cursor=True)


async def _pages(who: DaringCustomer, sort: str, size: int, *, by_cursor: bool = False) -> None:
    buyer, cursor = who.buyer, ""
    category = who.random.choice(["", "", *who.market.categories])
    client, walk = ClientProcess(buyer.name, buyer.recorder), who.key()
    name = who.random.choice((who.market.mark, who.market.mark.upper()))
    for page in range(1, MOST_PAGES // 2 + 1):
        number = 1 if by_cursor else page
        sent = asdict(catalogue.ProductsPage(walk, name, number, size, sort, category, cursor))
        asked = partial(buyer.shop.products, name=name, category_id=category or None, page_size=size, sort=sort)
        answer = await client.calls(catalogue.LIST_PRODUCTS, sent, partial(asked, page=number, cursor=cursor))
        items = answer.body.get("items") if answer is not None and answer.status == 200 else None
        if answer is None or not isinstance(items, list):
            break
        following = answer.body.get("next_cursor")
        cursor = following if by_cursor and isinstance(following, str) else ""
        if len(items) < size or (by_cursor and not cursor):
            break


@act(4)
async def looks_at_shelves(who: DaringCustomer) -> None:
    """Read some categories with their children, and the children of others, at both gateways."""
    known = [*who.market.categories, *who.market.shelves]
    for buyer in (who.buyer, who.elsewhere):
        client = ClientProcess(buyer.name, buyer.recorder)
        for category in who.random.sample(known, 2):
            await client.calls(
                identity.READ_CATEGORY, asdict(catalogue.OfCategory(category)), partial(buyer.shop.category, category)
            )
        parent = who.random.choice(["", *known])
        sent = asdict(catalogue.ChildrenOf(parent))
        await client.calls(catalogue.LIST_CATEGORIES, sent, partial(buyer.shop.categories, parent or None))


@act(2)
async def looks_at_a_product(who: DaringCustomer) -> None:
    """Read a product at both gateways, one after the other."""
    product = who.random.choice(who.market.everything).id
    for buyer in (who.buyer, who.elsewhere):
        client = ClientProcess(buyer.name, buyer.recorder)
        sent = asdict(catalogue.OfProduct(product))
        await client.calls(identity.READ_PRODUCT, sent, partial(buyer.shop.product, product))
