"""Acts on what belongs to others: orders and payments of another customer, and what only staff may do."""

from dataclasses import asdict

from chaos.observations import identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.daring.act import act
from chaos.workloads.daring.customer import DaringCustomer
from chaos.workloads.unauthorized_requests import UNAUTHORIZED_REQUESTS, Of
from harness.history import Row

TRIED = tuple(each for each in UNAUTHORIZED_REQUESTS if each.of is not Of.CATEGORY)


@act(9)
async def tries_what_is_not_its_own(who: DaringCustomer) -> None:
    """Send an unauthorized request about another customer's latest order and payment."""
    own = who.market.belongings.get(who.name)
    others = [found for name, found in sorted(who.market.belongings.items()) if name != who.name]
    if own is None or not others:
        return
    victim, unauthorized = who.random.choice(others), who.random.choice(TRIED)
    things = {**victim.as_victims(), **own.as_own(), "product": who.random.choice(who.market.goods).id}
    method, path, body = unauthorized.filled(things)
    anothers = unauthorized.of in (Of.ORDER, Of.PAYMENT, Of.USER)
    attempt = identity.AccessAttempt(
        user_id=own.user,
        what=unauthorized.what,
        request=f"{method} {path}",
        owner=victim.user if anothers else "",
        target=things.get(unauthorized.of, ""),
    )
    sent: Row = {**asdict(attempt), "private": list(victim.private) if anothers else []}
    client = ClientProcess(who.name, who.buyer.recorder)
    await client.calls(identity.TRESPASS, sent, lambda: who.buyer.shop.ask(method, path, body))
