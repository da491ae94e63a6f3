"""A customer: owns an order and an authorised payment, and sends unauthorized requests for those of others."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from chaos.client import Address, Answer, Line, Order, Payment, Product, Provider, RefusedError, Shop
from chaos.observations import identity
from chaos.observations.orders import AUTHORISE_PAYMENT, PLACE_ORDER
from chaos.workloads.identity_holder import AccountHolder
from chaos.workloads.token_verifiers import TokenPair
from chaos.workloads.unauthorized_requests import UNAUTHORIZED_REQUESTS, Belongings, Of, UnauthorizedRequest
from harness.history import Row


@dataclass
class Customer:
    """An account holder with an order and an authorised payment."""

    holder: AccountHolder
    provider: Provider
    product: Product
    belongings: Belongings | None = None
    _to_try: list[UnauthorizedRequest] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The idempotency key of its order."""
        return f"{self.holder.client.name}-first"

    async def acquires(self) -> None:
        """Place an order and authorise its payment, without completing it; `belongings` stays None when that fails."""
        held = await self.holder.logs_in()
        if held is None:
            return
        me = self.holder
        shop = me.random.choice(me.verifiers.gateways).shop(held)
        placed = await self._orders(shop, self.key)
        await self._reads_catalogue(shop)
        if placed is None:
            return
        with suppress(RefusedError):
            order = placed.read(Order)
            total = order.total or self.product.price
            asked: Row = {"order_id": order.id, "amount": asdict(total)}
            paid = await me.client.calls(AUTHORISE_PAYMENT, asked, lambda: self.provider.authorise(order.id, total))
            payment = paid.read(Payment).id if paid is not None else ""
            private = (me.email, self._address.street)
            self.belongings = Belongings(user=me.user_id, order=order.id, payment=payment, private=private)

    async def _reads_catalogue(self, shop: Shop) -> None:
        client, product, category = self.holder.client, self.product.id, self._category
        await client.calls(identity.READ_PRODUCT, {"product_id": product}, lambda: shop.product(product))
        await client.calls(identity.READ_CATEGORY, {"category_id": category}, lambda: shop.category(category))

    async def tries_unauthorized(self, number: int, customers: Sequence["Customer"], held: TokenPair) -> None:
        """Read its own orders, then send `number` unauthorized requests; all kinds in turn, in random order."""
        me = self.holder
        shop = me.random.choice(me.verifiers.gateways).shop(held)
        await me.client.calls(identity.LIST_ORDERS, {"user_id": me.user_id}, shop.orders)
        others = [other for other in customers if other is not self and other.belongings]
        if self.belongings is None or not others:
            return
        for _ in range(number):
            if not self._to_try:
                self._to_try = me.random.sample(UNAUTHORIZED_REQUESTS, len(UNAUTHORIZED_REQUESTS))
                await self._orders(shop, me.random.choice(others).key)
            if victim := me.random.choice(others).belongings:
                await self._tries(self._to_try.pop(), victim, self.belongings, shop)

    async def _orders(self, shop: Shop, key: str) -> Answer | None:
        """Order one unit. Keys are scoped to their user: another user's key makes an order of its own."""
        lines = [Line(self.product.id, 1)]
        sent: Row = {
            "user_id": self.holder.user_id,
            "key": key,
            "items": [asdict(line) for line in lines],
            "delivery_address": asdict(self._address),
        }
        return await self.holder.client.calls(PLACE_ORDER, sent, lambda: shop.place_order(key, lines, self._address))

    @property
    def _category(self) -> str:
        return self.product.category_id or ""

    @property
    def _address(self) -> Address:
        name = self.holder.client.name
        return Address(name, f"Secret Lane of {name}", "Bern", "3000", "CH")

    async def _tries(self, unauthorized: UnauthorizedRequest, victim: Belongings, own: Belongings, shop: Shop) -> None:
        things = {**victim.as_victims(), **own.as_own(), "product": self.product.id, "category": self._category}
        method, path, body = unauthorized.filled(things)
        others = unauthorized.of in (Of.ORDER, Of.PAYMENT, Of.USER)
        attempt = identity.AccessAttempt(
            user_id=own.user,
            what=unauthorized.what,
            request=f"{method} {path}",
            owner=victim.user if others else "",
            target=things.get(unauthorized.of, ""),
        )
        sent: Row = {**asdict(attempt), "private": list(victim.private) if others else []}
        await self.holder.client.calls(identity.TRESPASS, sent, lambda: shop.ask(method, path, body))
