"""Acts on placing orders: odd contents, used keys, and two requests at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from chaos.client import Line
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer

REFUSED_UNITS = (0, -1, -1000, 2**31, 2**63, -(2**63))
"""Quantities that the shop refuses: below 1 or far above its limit."""

PAUSE_S, TRIES = 0.25, 8
"""How long, and how often, somebody waits for staff to withdraw what was just ordered, in s."""
MOST_UNITS, MOST_LINES = 1000, 50
"""The shop's limits on a line and on an order."""

SHARED_KEYS = 2
"""Keys that all customers use; a key is scoped to its user."""


@act(6)
async def orders_several_products(who: DaringCustomer) -> None:
    """Order several units of several products, and leave them unpaid, pay or cancel."""
    order = await who.orders()
    if order is None:
        return
    fate = who.random.random()
    if fate < 0.6:
        await who.pays(order)
    elif fate < 0.8:
        await who.buyer.cancels(order, who.attempts())


@act(2)
async def orders_an_odd_quantity(who: DaringCustomer) -> None:
    """Order quantities that nobody can, beside lines that are fine; then correct it under the same key."""
    key, lines = who.key(), who.lines()
    for units in (MOST_UNITS + 1, *REFUSED_UNITS):
        await who.orders([*lines[1:], replace(lines[0], quantity=units)], key)
    await who.orders(lines, key)


@act(1)
async def orders_as_much_as_one_may(who: DaringCustomer) -> None:
    """Order the largest quantity that is allowed, which may be more than there is."""
    order = await who.orders([Line(who.random.choice(who.market.goods).id, MOST_UNITS)])
    if order is not None:
        await who.buyer.cancels(order, who.attempts())


@act(1)
async def names_a_product_twice(who: DaringCustomer) -> None:
    """Put one product on two lines; then add up its quantities, under the same key."""
    key, (line, *rest) = who.key(), who.lines()
    await who.orders([line, *rest, line], key)
    await who.orders([replace(line, quantity=2 * line.quantity), *rest], key)


@act(1)
async def orders_nothing_or_too_much(who: DaringCustomer) -> None:
    """Send no lines, and more than are allowed."""
    await who.orders([])
    await who.orders([Line(who.random.choice(who.market.goods).id, 1)] * (MOST_LINES + 1))


@act(1)
async def orders_what_is_not_there(who: DaringCustomer) -> None:
    """Order a product that nobody knows, beside some that are for sale: nothing of it may be reserved."""
    unknown = f"{who.random.getrandbits(32):08x}-0000-4000-8000-{who.random.getrandbits(48):012x}"
    await who.orders([*who.lines(2), Line(unknown, 1)])


@act(3)
async def orders_what_is_withdrawn(who: DaringCustomer) -> None:
    """Order a product that staff withdraw at some time, perhaps beside others; have them try just now, and pay after that."""
    doomed, beside = who.random.choice(who.market.doomed), who.lines(2) if who.random.random() < 0.3 else []
    order = await who.orders([*beside, Line(doomed.id, 1)])
    if order is not None:
        who.market.to_be_withdrawn = doomed.id
        for _ in range(TRIES):
            await asyncio.sleep(PAUSE_S)
            if not who.market.to_be_withdrawn:
                break
        await asyncio.sleep(who.random.random() * PAUSE_S)
        await who.pays(order)


@act(1)
async def mixes_currencies(who: DaringCustomer) -> None:
    """Order products with prices in two currencies, which have no total: nothing of it may stay reserved."""
    foreign = Line(who.random.choice(who.market.foreign).id, who.random.randint(1, 3))
    await who.orders([*who.lines(2), foreign])


@act(2)
async def pays_in_another_currency(who: DaringCustomer) -> None:
    """Order products of the other currency alone, and pay them in it."""
    foreign = [Line(product.id, who.random.randint(1, 3)) for product in who.market.foreign]
    order = await who.orders(foreign)
    if order is not None:
        await who.pays(order)


@act(1)
async def pays_with_other_decimals(who: DaringCustomer) -> None:
    """Order products of currencies that have three decimals, or none, one after the other, and pay them."""
    for product in who.market.exotic:
        order = await who.orders([Line(product.id, who.random.randint(1, 3))])
        if order is not None:
            await who.pays(order)


@act(3)
async def orders_again_under_the_same_key(who: DaringCustomer) -> None:
    """Send an earlier order again, its lines in another order: it must be the same order, whatever became of it."""
    if not who.placed:
        await who.orders()
        return
    key = who.random.choice(list(who.placed))
    lines = list(who.placed[key])
    who.random.shuffle(lines)
    await who.orders(lines, key)


@act(4)
async def changes_what_a_key_stands_for(who: DaringCustomer) -> None:
    """Use a key again for other units, products or address, which is refused and changes nothing; then read its order."""
    key, lines = who.key(), who.lines()
    order = await who.orders(lines, key)
    further = next((product for product in who.market.goods if product.id not in {line.product_id for line in lines}), None)
    moved = replace(who.buyer, address=replace(who.buyer.address, street=f"{who.buyer.address.street} 2"))
    others = [(who.buyer, _more(lines)), (moved, lines)]
    others += [(who.buyer, [*lines, Line(further.id, 1)])] if further is not None else []
    others += [(who.buyer, lines[1:])] if lines[1:] else []
    for buyer, content in others:
        await buyer.places(key, content, who.attempts())
    if order is not None:
        await who.buyer.reads(order.id)
        await who.pays(order)


@act(2)
async def minds_the_case_of_keys(who: DaringCustomer) -> None:
    """Order the same under two keys that differ in capitals alone, which are two keys and two orders."""
    key, lines = f"Case-{who.key()}", who.lines(2)
    for used in (key, key.swapcase()):
        await who.orders(lines, used)
        who.placed.pop(used, None)


@act(4)
async def clicks_twice(who: DaringCustomer) -> None:
    """Send one order through two gateways at the same time, under one key."""
    key, lines = who.key(), who.lines()
    await _both(who, key, lines, lines)


@act(2)
async def clicks_twice_and_changes_its_mind(who: DaringCustomer) -> None:
    """Send two different orders through two gateways at the same time, under one key: one of them stands."""
    key, lines = who.key(), who.lines()
    await _both(who, key, lines, _more(lines))


@act(4)
async def uses_a_key_of_others(who: DaringCustomer) -> None:
    """Order under a key that other customers use as well."""
    key = f"shared-{who.market.mark}-{who.random.randrange(SHARED_KEYS)}"
    order = await who.orders(who.placed.get(key), key)
    if order is not None:
        await who.pays(order)


async def _both(who: DaringCustomer, key: str, lines: Sequence[Line], others: Sequence[Line]) -> None:
    who.placed[key] = list(lines)
    orders = await asyncio.gather(
        who.buyer.places(key, list(lines), who.attempts()), who.elsewhere.places(key, list(others), who.attempts())
    )
    for order in orders:
        if order is not None:
            await who.pays(order)
            return


def _more(lines: Sequence[Line]) -> list[Line]:
    return [replace(line, quantity=line.quantity + 1) for line in lines]
