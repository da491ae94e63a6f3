"""Acts on paying and cancelling: wrong amounts, declined cards, twice, at once, too late."""

import asyncio
from dataclasses import replace

from chaos.client import Money, Payment
from chaos.client.sandboxes import BAD_CARD
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer, left_s

CARDS = (BAD_CARD, "card_insufficient_funds", "card_expired")
"""Payment methods that are declined when they are captured."""

PATIENCE_S = 8.0
"""Whoever pays late waits for at most so long; reservations with more time left are paid in time."""

LATE_S = 0.5
"""Seconds after the expiry until which a late payer pays, before the shop may have noticed; seldom it is a little early."""


@act(3)
async def pays_a_wrong_amount(who: DaringCustomer) -> None:
    """Pay with payments of other amounts and of another currency, which are refused; then as it should be."""
    order = await who.orders()
    if order is None or order.total is None:
        return
    total = order.total
    wrong = (
        replace(total, minor_units=total.minor_units - 1),
        replace(total, minor_units=total.minor_units + 1),
        replace(total, currency="CHF" if total.currency != "CHF" else "EUR"),
        Money(1, total.currency),
    )
    for amount in wrong:
        payment = await who.buyer.authorises(order, amount=amount)
        if payment is not None:
            await who.buyer.completes(order, payment, who.attempts())
    await who.pays(order)


@act(4)
async def pays_with_what_it_captured_itself(who: DaringCustomer) -> None:
    """Capture a cent of a payment past the shop, or all but a cent, and pay with it, which is refused; then as it should be.

    Capture a payment past the shop as a whole, and pay with it, which is taken.
    """
    for part in ("a cent", "all but a cent", "all"):
        order = await who.orders(who.lines(1))
        payment = await who.authorises(order) if order is not None else None
        if order is None or order.total is None or payment is None:
            continue
        due = order.total.minor_units
        await who.buyer.captures(order, payment, {"a cent": 1, "all but a cent": max(1, due - 1), "all": due}[part])
        await who.buyer.completes(order, payment, who.attempts())
        await who.elsewhere.completes(order, payment, who.attempts())
        if part != "all":
            await who.pays(order)


@act(3)
async def pays_with_bad_cards_first(who: DaringCustomer) -> None:
    """Pay with cards that are declined, each at both gateways, then with a good one."""
    order = await who.orders()
    if order is None:
        return
    for card in who.random.sample(CARDS, 2):
        payment = await who.authorises(order, card)
        if payment is not None:
            await who.buyer.completes(order, payment, who.attempts())
            await who.elsewhere.completes(order, payment, who.attempts())
    await who.pays(order)


@act(3)
async def pays_twice(who: DaringCustomer) -> None:
    """Pay, then again with the same payment, then with another one, then cancel; the order stays paid once."""
    order = await who.orders()
    payment = await who.pays(order) if order is not None else None
    if order is None or payment is None:
        return
    await who.elsewhere.completes(order, payment, who.attempts())
    other = await who.authorises(order)
    if other is not None:
        await who.buyer.completes(order, other, who.attempts())
    await who.buyer.cancels(order, who.attempts())
    await who.buyer.reads(order.id)


@act(3)
async def pays_twice_at_once(who: DaringCustomer) -> None:
    """Pay one order with two payments, or with one and the same, through two gateways at the same time."""
    order = await who.orders()
    if order is None:
        return
    first = await who.authorises(order)
    second = await who.authorises(order) if who.random.random() < 0.6 else first
    if first is None or second is None:
        return
    await asyncio.gather(
        who.buyer.completes(order, first, who.attempts()), who.elsewhere.completes(order, second, who.attempts())
    )
    await who.buyer.reads(order.id)


@act(3)
async def cancels_while_paying(who: DaringCustomer) -> None:
    """Pay and cancel at the same time through two gateways, then read what became of it."""
    order = await who.orders()
    payment = await who.authorises(order) if order is not None else None
    if order is None or payment is None:
        return
    await asyncio.gather(who.buyer.completes(order, payment, who.attempts()), who.elsewhere.cancels(order, who.attempts()))
    await who.buyer.reads(order.id)


@act(2)
async def pays_what_is_cancelled(who: DaringCustomer) -> None:
    """Cancel, cancel again at the other gateway, then pay, which is refused."""
    order = await who.orders()
    if order is None:
        return
    await who.buyer.cancels(order, who.attempts())
    await who.elsewhere.cancels(order, who.attempts())
    await who.pays(order)
    await who.buyer.reads(order.id)


@act(2)
async def pays_with_the_payment_of_another_order(who: DaringCustomer) -> None:
    """Use one payment for two of its own orders; the second is refused and can be paid otherwise."""
    one, other = await who.orders(), await who.orders()
    if one is None or other is None:
        return
    payment = await who.authorises(one)
    if payment is None:
        return
    await who.buyer.completes(other, payment, who.attempts())
    await who.buyer.completes(one, payment, who.attempts())
    await who.buyer.completes(other, payment, who.attempts())
    await who.pays(other)


@act(1)
async def pays_with_nothing(who: DaringCustomer) -> None:
    """Pay with a payment that the provider does not know."""
    order = await who.orders()
    if order is not None:
        nothing = Payment(f"pay_{who.random.getrandbits(32):08x}", "authorized")
        await who.buyer.completes(order, nothing, who.attempts())


@act(5)
async def pays_late(who: DaringCustomer) -> None:
    """Pay around the moment at which the reservation expires, then read the order and order the same again."""
    lines = who.lines(2)
    order = await who.orders(lines)
    payment = await who.authorises(order) if order is not None else None
    if order is None or payment is None:
        return
    left = left_s(order)
    if left < PATIENCE_S:
        await asyncio.sleep(max(0.0, left + LATE_S * who.random.choice((-0.2, 0.2, 0.4, 0.7, 1.0))))
    await who.buyer.completes(order, payment, who.attempts())
    await who.buyer.reads(order.id)
    await who.orders(lines)
