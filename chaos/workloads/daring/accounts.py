"""Acts on the account: refresh tokens that are used twice, and a password that changes while somebody logs in with it."""

import asyncio
import unicodedata
from dataclasses import asdict, replace
from typing import Literal

from chaos.client import Answer, Session, Tokens
from chaos.observations import identity
from chaos.workloads.buyer import Buyer
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer
from chaos.workloads.token_verifiers import READ_ACCOUNT

ATTEMPTS = 8
"""Logins until one of the passwords that may be in force was accepted."""

HERE, ELSEWHERE = 0, 1
"""The customer's two gateways."""

FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
"""How keyboards type a letter with an accent: a password is the same."""

Held = tuple[str, Session | Tokens]
"""A session's name, with its tokens."""


@act(2, accounts=True)
async def replays_a_refresh_token(who: DaringCustomer) -> None:
    """Refresh at one gateway, go on with what was bought, and show the first token again: the session ends everywhere.

    Its access tokens are shown before, and after it at both gateways.
    """
    opened = await logs_in(who, who.password)
    traded = await _refreshes(who, opened) if opened is not None else None
    newest = await _refreshes(who, traded, ELSEWHERE) if traded is not None else None
    if opened is None or traded is None or newest is None:
        return
    held = (opened, traded, newest)
    if who.random.random() < 0.7:  # else none of them is in the cache
        for each in held:
            await uses(who, each, ELSEWHERE)
    await _refreshes(who, opened, ELSEWHERE)
    for each in held:
        for at in (HERE, ELSEWHERE):
            await uses(who, each, at)
    await _refreshes(who, newest)


@act(2, accounts=True)
async def repeats_a_refresh(who: DaringCustomer) -> None:
    """Refresh, and again at both gateways at the same time, as if the answer had been lost; then go on with what it bought."""
    opened = await logs_in(who, who.password)
    bought = await _refreshes(who, opened) if opened is not None else None
    if opened is None or bought is None:
        return
    again = await asyncio.gather(_refreshes(who, opened), _refreshes(who, opened, ELSEWHERE))
    for each in (bought, *again):
        if each is not None:
            await uses(who, each, HERE)
    await _refreshes(who, bought)


@act(2, accounts=True)
async def logs_out(who: DaringCustomer) -> None:
    """Open two sessions, log out of one of them or everywhere, and use both at both gateways before and after."""
    held = [await logs_in(who, who.password, at) for at in (HERE, ELSEWHERE)]
    first, second = held
    if first is None or second is None:
        return
    if who.random.random() < 0.5:
        first = await _refreshes(who, first) or first
    for at in (HERE, ELSEWHERE):
        await uses(who, first, at)
        await uses(who, second, at)
    everywhere = who.random.random() < 0.5
    await _logs_out(who, first, everywhere=everywhere)
    for each in (first, second):
        for at in (HERE, ELSEWHERE):
            await uses(who, each, at)
        await _refreshes(who, each, ELSEWHERE)
    await logs_in_again(who, who.password)


@act(1, accounts=True)
async def refreshes_twice_at_once(who: DaringCustomer) -> None:
    """Use one refresh token at both gateways at the same time: what works for both is the same."""
    opened = await logs_in(who, who.password)
    if opened is not None:
        await asyncio.gather(_refreshes(who, opened), _refreshes(who, opened, ELSEWHERE))


@act(2, accounts=True)
async def changes_the_password_while_logging_in(who: DaringCustomer) -> None:
    """Change the password, log in with the old one meanwhile, then use the old session and log in with the new one."""
    held = await logs_in(who, who.password)
    if held is None:
        return
    for at in (HERE, ELSEWHERE):
        await uses(who, held, at)
    new, old = a_password(who), who.password
    changed, meanwhile = await asyncio.gather(
        changes(who, held, password=new, current_password=old), logs_in(who, old, ELSEWHERE)
    )
    for at in (HERE, ELSEWHERE):
        await uses(who, held, at)
    if meanwhile is not None:
        await uses(who, meanwhile, ELSEWHERE)
    await logs_in_again(who, *likeliest(changed, new, old))


@act(1, accounts=True)
async def changes_the_name(who: DaringCustomer) -> None:
    """Change the name, which ends all sessions, and log in again."""
    held = await logs_in(who, who.password)
    if held is None:
        return
    await uses(who, held, ELSEWHERE)
    await changes(who, held, name=f"{who.name} {who.random.randrange(1000)}")
    for at in (HERE, ELSEWHERE):
        await uses(who, held, at)
    await logs_in_again(who, who.password)


def a_password(who: DaringCustomer) -> str:
    """A password that nobody has."""
    return f"däre-{who.random.getrandbits(48):012x}"


def likeliest(changed: Answer | None, new: str, old: str) -> tuple[str, str]:
    """What is in force after a change that was answered so, or was not: the likeliest first."""
    return (new, old) if changed is None or changed.status == 200 or changed.status >= 500 else (old, new)


async def logs_in_again(who: DaringCustomer, *passwords: str) -> None:
    """Log in with one of these, the likeliest first, and go on with that session."""
    for attempt in range(ATTEMPTS):
        password = passwords[attempt % len(passwords)]
        held = await logs_in(who, password)
        if held is not None and isinstance(held[1], Session):
            who.password = password
            who.becomes(held[1])
            return
        await asyncio.sleep(0.2 * (0.5 + who.random.random()))


async def logs_in(
    who: DaringCustomer, password: str, at: int = HERE, *, email: str = "", source: str = "", lane: str = ""
) -> Held | None:
    """Log in at one of the two gateways, with the account's address or another `email`; None when that failed.

    `source`: from another address of the network than the customer's own. `lane`: as one of several processes at once. Which
    password is in force is judged by logins with the account's own address alone.
    """
    session, (buyer, client) = _session(who), _process(who, at)
    number, given = 0 if email else who.number(password), email or who.email
    client = ClientProcess(f"{client.name}{lane}", client.recorder)
    shop = buyer.shop.seen_from(source) if source else buyer.shop
    typed = unicodedata.normalize(who.random.choice(FORMS), password)
    sent = asdict(identity.LogIn(buyer.user_id, session, who.gateways[at], number, given.strip().lower(), shop.source))
    answer = await client.calls(identity.LOG_IN, sent, lambda: shop.login(given, typed))
    return (session, answer.read(Session)) if answer is not None and answer.status == 200 else None


async def _refreshes(who: DaringCustomer, held: Held, at: int = HERE) -> Held | None:
    into, (buyer, client) = _session(who), _process(who, at)
    sent = asdict(identity.Refresh(buyer.user_id, held[0], into, who.gateways[at]))
    answer = await client.calls(identity.REFRESH_TOKENS, sent, lambda: buyer.shop.refresh(held[1].refresh_token))
    return (into, answer.read(Tokens)) if answer is not None and answer.status == 200 else None


async def _logs_out(who: DaringCustomer, held: Held, *, everywhere: bool) -> None:
    buyer, client = _process(who, HERE)
    sent = asdict(identity.LogOut(buyer.user_id, held[0], who.gateways[HERE], everywhere))
    shop = buyer.shop.with_token(held[1].access_token)
    await client.calls(identity.LOG_OUT, sent, lambda: shop.logout(everywhere=everywhere))


async def changes(who: DaringCustomer, held: Held, **wanted: str) -> Answer | None:
    """Change the name, or the password or the address showing the current password."""
    buyer, client = _process(who, HERE)
    (what,) = wanted.keys() - {"current_password"}
    shown = identity.Shown(buyer.user_id, held[0], who.gateways[HERE], what)
    if "current_password" in wanted:
        shown = replace(shown, proof=who.number(wanted["current_password"]))
    new = wanted[what]
    shown = replace(shown, password=who.number(new)) if what == "password" else replace(shown, value=new)
    sent = asdict(shown)
    shop = buyer.shop.with_token(held[1].access_token)
    return await client.calls(identity.CHANGE_ACCOUNT, sent, lambda: shop.change_account(**wanted))


async def uses(who: DaringCustomer, held: Held, at: int) -> None:
    """Read the account with a session's access token at one of the two gateways."""
    buyer, client = _process(who, at)
    sent = asdict(identity.Shown(buyer.user_id, held[0], who.gateways[at], READ_ACCOUNT))
    shop = buyer.shop.with_token(held[1].access_token)
    await client.calls(identity.USE_TOKEN, sent, shop.account)


def _process(who: DaringCustomer, at: int) -> tuple[Buyer, ClientProcess]:
    buyer = (who.buyer, who.elsewhere)[at]
    return buyer, ClientProcess(buyer.name, buyer.recorder)


def _session(who: DaringCustomer) -> str:
    who.sessions += 1
    return f"{who.name}#{who.sessions}"
