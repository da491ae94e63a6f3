"""Acts of who tries to get into accounts, or to take them over: former passwords, changes without proof, taken addresses."""

import asyncio
from dataclasses import asdict

from chaos.observations import identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.daring.accounts import (
    ATTEMPTS,
    ELSEWHERE,
    HERE,
    a_password,
    changes,
    likeliest,
    logs_in,
    logs_in_again,
    uses,
)
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer
from harness.history import Row

GUESSES = 35
"""At each of two gateways; the experiment lets 60 be made in a minute."""
BESIEGERS, BESIEGED = 6, 45
"""Addresses, and the attempts of each; the experiment lets 180 be made in a minute from all, and 6 of each besides."""
SPRAYERS, SPRAYED = 6, 30
"""So many at once, and the attempts of each; the experiment lets 120 be made in a minute from an address."""


@act(3, accounts=True)
async def logs_in_with_what_is_not_the_password(who: DaringCustomer) -> None:
    """Change the password; then log in with the former one and with one that was never set, at both gateways."""
    held = await logs_in(who, who.password)
    if held is None:
        return
    new, old = a_password(who), who.password
    changed = await changes(who, held, password=new, current_password=old)
    for wrong in (old, a_password(who)):
        for at in (HERE, ELSEWHERE):
            await logs_in(who, wrong, at)
    await logs_in_again(who, *likeliest(changed, new, old))


@act(2, accounts=True)
async def changes_what_needs_the_password_without_it(who: DaringCustomer) -> None:
    """Ask for another password or address and show a password that is not in force; then log in with what was asked for."""
    held = await logs_in(who, who.password)
    if held is None:
        return
    wanted, moved = a_password(who), _another_address(who)
    await changes(who, held, password=wanted, current_password=a_password(who))
    await changes(who, held, email=moved, current_password=a_password(who))
    await logs_in(who, wanted, ELSEWHERE)
    await logs_in(who, who.password, email=moved)
    await uses(who, held, ELSEWHERE)
    await logs_in_again(who, who.password)


@act(2, accounts=True)
async def moves_to_another_address(who: DaringCustomer) -> None:
    """Change the e-mail address, log in with the former one and with the new one in capitals, and pay an order.

    The former address is nobody's then, and the confirmation goes to the new one.
    """
    held = await logs_in(who, who.password)
    if held is None:
        return
    old, new = who.email, _another_address(who)
    changed = await changes(who, held, email=new, current_password=who.password)
    if changed is None or changed.status >= 500:  # one of the two is in force
        who.email = await _in_force(who, new, old)
    elif changed.status == 200:
        who.email = new
        await logs_in(who, who.password, ELSEWHERE, email=old)
    who.email = who.email.upper()
    await logs_in_again(who, who.password)
    who.email = who.email.lower()
    order = await who.orders()
    if order is not None:
        await who.pays(order)


@act(2, accounts=True)
async def registers_an_address_that_is_taken(who: DaringCustomer) -> None:
    """Register one's own address with another password, which is refused; it opens nothing, and the right one still does."""
    wanted = a_password(who)
    attempt = identity.AccessAttempt(
        who.buyer.user_id, "register an address that has an account", "POST /auth/register", who.buyer.user_id
    )
    sent: Row = {**asdict(attempt), "private": []}
    client = ClientProcess(who.name, who.buyer.recorder)
    await client.calls(identity.TRESPASS, sent, lambda: who.buyer.shop.register(who.email, wanted, "Mallory"))
    await logs_in(who, wanted, ELSEWHERE)
    await logs_in_again(who, who.password)


@act(1, accounts=True)
async def guesses_a_password(who: DaringCustomer) -> None:
    """Try an account that nobody has with passwords at both gateways, however it is spelled, more often than one may."""
    email = f"guessed-{who.random.getrandbits(32):08x}@{who.market.mark}.shop.example"
    spelled = (email, email.upper(), f" {email}", f"{email}  ")

    async def guesses(at: int) -> None:
        for turn in range(GUESSES):
            await logs_in(who, a_password(who), at, email=spelled[turn % len(spelled)])

    await asyncio.gather(guesses(HERE), guesses(ELSEWHERE))


@act(1, accounts=True)
async def guesses_from_many_addresses(who: DaringCustomer) -> None:
    """Try an account that nobody has from several addresses, each as often as one may; then once from another: it is let in."""
    email = f"besieged-{who.random.getrandbits(32):08x}@{who.market.mark}.shop.example"

    async def guesses(number: int) -> None:
        source = _somewhere(who)
        for _ in range(BESIEGED):
            await logs_in(who, a_password(who), number % 2, email=email, source=source, lane=f"-{number}")

    await asyncio.gather(*map(guesses, range(BESIEGERS)))
    await logs_in(who, a_password(who), email=email, source=_somewhere(who))


@act(1, accounts=True)
async def sprays_a_password(who: DaringCustomer) -> None:
    """Try one password with many accounts from one address, more often than the costly work may be asked for."""
    password, source = a_password(who), _somewhere(who)

    async def sprays(number: int) -> None:
        for _ in range(SPRAYED):
            email = f"sprayed-{who.random.getrandbits(48):012x}@{who.market.mark}.shop.example"
            await logs_in(who, password, number % 2, email=email, source=source, lane=f"-{number}")

    await asyncio.gather(*map(sprays, range(SPRAYERS)))


async def _in_force(who: DaringCustomer, *addresses: str) -> str:
    """The address with which one can log in, the likeliest first; the first when none is found."""
    for attempt in range(ATTEMPTS):
        email = addresses[attempt % len(addresses)]
        if await logs_in(who, who.password, email=email) is not None:
            return email
    return addresses[0]


def _another_address(who: DaringCustomer) -> str:
    return f"{who.name}-{who.random.getrandbits(32):08x}@{who.market.mark}.shop.example"


def _somewhere(who: DaringCustomer) -> str:
    """An address of the network where nobody is at home (RFC 2544)."""
    return f"198.19.{who.random.randrange(256)}.{who.random.randrange(256)}"
