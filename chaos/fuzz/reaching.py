"""One way through the shop that meets every status it declares: the life of an account, of the catalogue, of orders.

Statuses that follow from the form of an operation alone come from `harness.fuzz.refusals`. Some answers need a shop that is
slowed on purpose: the payment provider's script for one payment, locks on the rows of one order or one product. What would
disturb others who use the shop is left out unless it is `alone`; `UNREACHED` names what that costs.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from typing import Any

import pymysql
from pymysql.cursors import Cursor

from chaos.client import Address, Answer, Category, Line, Money, Order, OrderRef, Payment, Product, Session, Shop, User
from chaos.client.sandboxes import BAD_CARD
from chaos.subject import RunningShop
from harness.fuzz.refusals import ADMIN, CUSTOMER, NOBODY, TOO_MANY_BYTES, announced, derived
from harness.waiting import wait_until_async

NEVER_REACHED = (
    ("PATCH /users/{user_id}/role", 409),  # a shop with a single admin: tests/integration/user
    ("PATCH /users/me", 429),  # more passwords to hash than any stack of ours allows: tests/unit/system/gateway
    ("POST /auth/register", 429),
)
UNREACHED = (("POST /orders", 202), ("POST /auth/login", 429))
"""Not reached unless the shop is ours alone: a slow batch delays other customers' orders, and their stack lets all log in."""
SLOW_BODY_S = 20.0
"""The gateway waits 10 s for a body."""
LOGINS = 101
"""One more than `chaos.fuzz.SUITE` allows in a minute."""
SLOW_PAYMENT_S, SLOW_CANCEL_S, SLOW_ORDER_S = 11.0, 10.5, 5.0
"""Longer than the gateway waits for a saga (10 s) and for the decision on an order (4 s)."""
DECIDED_S = 20.0
"""The longest time for the decision on an order (s)."""
OWN = "PATCH /users/me"
"""Declares a 403 that is not for want of a role; as anybody it succeeds, and the token is dead."""
ADDRESS = Address("Reaching", "Every Street 1", "Bern", "3000", "CH")
PASSWORD = "reaching-every-status"  # noqa: S105 - of accounts made here
MANY = 1_000
STALE = {"If-Match": '"of-nothing"'}
"""A tag that nothing has."""

Tell = Callable[[str, int], None]
"""Takes an operation and the status of its answer."""


class Way:
    """The requests, each told to `tell`. They raise RefusedError and httpx.HTTPError."""

    def __init__(self, running: RunningShop, openapi: Mapping[str, Any], tell: Tell, *, alone: bool) -> None:
        self._running = running
        self._openapi = openapi
        self._tell = tell
        self._alone = alone

    async def go(self) -> None:
        """All of it; the slow ways at once."""
        admin = await self._running.admin()
        buyer, email = await self._account()
        ways = [self._body(operation, length) for operation in self._with_bodies() for length in (2, TOO_MANY_BYTES)]
        ways += [self._refusals(admin, buyer), self._accounts(admin), self._catalogue(admin), self._orders(admin, buyer)]
        ways += [self._slow_payment(admin, buyer), self._slow_cancel(admin, buyer)]
        if self._alone:
            ways.append(self._too_many_logins(email))
        ended = await asyncio.gather(*ways, return_exceptions=True)
        if errors := [each for each in ended if isinstance(each, Exception)]:
            raise ExceptionGroup("not every way could be gone to its end", errors)

    async def _say(self, operation: str, answer: Answer) -> Answer:
        self._tell(operation, answer.status)
        return answer

    async def _account(self) -> tuple[Shop, str]:
        email, shop = f"reach-{secrets.token_hex(6)}@shop.example", self._running.shop
        await self._say("POST /auth/register", await shop.register(email, PASSWORD, "Reaching"))
        session = (await self._say("POST /auth/login", await shop.login(email, PASSWORD))).read(Session)
        return shop.as_user(session), email

    def _with_bodies(self) -> list[str]:
        methods = ((path, method, of) for path, item in self._openapi["paths"].items() for method, of in item.items())
        return [f"{method.upper()} {path}" for path, method, of in methods if "requestBody" in of]

    async def _body(self, operation: str, length: int) -> None:
        self._tell(operation, await announced(self._running.stack.base_url, operation, length, SLOW_BODY_S))

    async def _refusals(self, admin: Shop, buyer: Shop) -> None:
        headers = {NOBODY: {}, CUSTOMER: buyer.headers, ADMIN: admin.headers}
        for each in derived(self._openapi):
            if (each.operation, each.status) == (OWN, 403):
                continue
            sent = [*{**each.headers, **headers[each.who]}.items()]
            sent += [(name, value) for name, value in sent if name == each.repeated]
            answer = await self._running.http.request(each.method, each.path, content=each.content, headers=sent)
            self._tell(each.operation, answer.status_code)

    async def _accounts(self, admin: Shop) -> None:
        shop = self._running.shop
        me, email = await self._account()
        mine = (await self._say("GET /users/me", await me.account())).read(User)
        await self._say("POST /auth/register", await shop.register(email, PASSWORD, "Again"))
        await self._say("POST /auth/login", await shop.login(email, "not-that-password"))
        await self._say("POST /auth/refresh", await shop.refresh("not.a.token"))
        session = (await shop.login(email, PASSWORD)).read(Session)
        await self._say("POST /auth/refresh", await shop.refresh(session.refresh_token))
        _, taken = await self._account()
        for changes in ({"current_password": "not-that-one"}, {"current_password": PASSWORD}):
            await self._say(OWN, await me.change_account(email=taken, **changes))
        await self._say(OWN, await me.change_account(email=f"new-{email}"))
        await self._say(OWN, await me.change_account(name="Reached"))
        late, _ = await self._account()
        await self._say(OWN, await late.ask("PATCH", "/users/me", {"name": "Late"}, headers=STALE))
        await self._say("POST /auth/logout", await late.logout())
        role = "PATCH /users/{user_id}/role"
        await self._say(role, await admin.change_role(mine.id, "USER"))
        await self._say(role, await admin.ask("PATCH", f"/users/{mine.id}/role", {"role": "ADMIN"}, headers=STALE))
        for path in ("/health/live", "/health/ready"):
            await self._say(f"GET {path}", await shop.ask("GET", path))

    async def _catalogue(self, admin: Shop) -> None:
        mark, nowhere = secrets.token_hex(6), "00000000-0000-0000-0000-000000000000"
        root = (await self._say("POST /categories", await admin.create_category(f"Root {mark}"))).read(Category)
        await self._say("POST /categories", await admin.create_category(f"Root {mark}"))
        await self._say("POST /categories", await admin.create_category(f"Lost {mark}", nowhere))
        leaf = (await admin.create_category(f"Leaf {mark}", root.id)).read(Category)
        one = "/categories/{category_id}"
        await self._say(f"GET {one}", await admin.category(root.id))
        await self._say("GET /categories", await admin.categories(root.id))
        await self._say("GET /categories", await admin.categories(nowhere))
        await self._say("GET /products", await admin.products(category_id=nowhere))
        await self._say(f"PATCH {one}", await admin.ask("PATCH", f"/categories/{root.id}", {"parent_id": leaf.id}))
        await self._say(f"PATCH {one}", await admin.ask("PATCH", f"/categories/{leaf.id}", {"name": f"Twig {mark}"}))
        await self._say(f"PATCH {one}", await admin.ask("PATCH", f"/categories/{leaf.id}", {"name": "Late"}, headers=STALE))
        await self._say(f"DELETE {one}", await admin.ask("DELETE", f"/categories/{root.id}"))
        await self._say(f"DELETE {one}", await admin.ask("DELETE", f"/categories/{leaf.id}"))
        await self._say("POST /products", await admin.create_product("Lost", Money(100), category_id=nowhere))
        product = (await self._say("POST /products", await admin.create_product("Found", Money(100)))).read(Product)
        one = "/products/{product_id}"
        await self._say("GET /products", await admin.products(name="Found"))
        await self._say(f"GET {one}", await admin.product(product.id))
        await self._say(f"PATCH {one}", await admin.ask("PATCH", f"/products/{product.id}", {"name": "Seen"}))
        await self._say(f"PATCH {one}", await admin.ask("PATCH", f"/products/{product.id}", {"name": "Late"}, headers=STALE))
        await self._say(f"PUT {one}/stock", await admin.set_stock(product.id, 1))
        late = await admin.ask("PUT", f"/products/{product.id}/stock", {"available": 2}, headers=STALE)
        await self._say(f"PUT {one}/stock", late)
        await self._say(f"GET {one}/stock", await admin.stock(product.id))
        await self._say(f"DELETE {one}", await admin.ask("DELETE", f"/products/{product.id}"))

    async def _goods(self, admin: Shop, units: int = MANY) -> Product:
        product = (await admin.create_product(f"Reached {secrets.token_hex(4)}", Money(100))).read(Product)
        (await admin.set_stock(product.id, units)).read(dict)
        return product

    async def _reserved(self, buyer: Shop, product: Product) -> Order:
        placed = await buyer.place_order(secrets.token_hex(8), [Line(product.id, 1)], ADDRESS)
        order = (await self._say("POST /orders", placed)).read(OrderRef)

        async def decided() -> bool:
            return (await buyer.order(order.id)).read(Order).status != "PENDING"

        await wait_until_async(decided, what=f"order {order.id} decided", timeout_s=DECIDED_S)  # 202 on a slow machine
        return (await buyer.order(order.id)).read(Order)

    async def _orders(self, admin: Shop, buyer: Shop) -> None:
        goods, none = await self._goods(admin), await self._goods(admin, units=0)
        await self._say("POST /orders", await buyer.place_order(secrets.token_hex(8), [Line(none.id, 1)], ADDRESS))
        order, other = await self._reserved(buyer, goods), await self._reserved(buyer, goods)
        product = "DELETE /products/{product_id}"
        await self._say(product, await admin.ask("DELETE", f"/products/{goods.id}"))
        await self._say("GET /orders", await buyer.orders())
        await self._say("GET /orders", await buyer.ask("GET", "/orders?cursor=nobody-gave-this-out"))
        await self._say("GET /orders/{order_id}", await buyer.order(order.id))
        complete, cancel = "POST /orders/{order_id}/complete", "POST /orders/{order_id}/cancel"
        await self._say(complete, await buyer.complete(order.id, await self._payment(order, BAD_CARD)))
        payment = await self._payment(order)
        await self._say(complete, await buyer.complete(order.id, payment))
        await self._say(cancel, await buyer.cancel(order.id))
        await self._say(cancel, await buyer.cancel(other.id))
        await self._say(complete, await buyer.complete(other.id, payment))
        if self._alone:
            await self._slow_order(goods, buyer)

    async def _payment(self, order: Order, method: str = "card_ok") -> str:
        assert order.total is not None  # noqa: S101 - a reserved order has one
        return (await self._running.provider.authorise(order.id, order.total, method)).read(Payment).id

    async def _slow_payment(self, admin: Shop, buyer: Shop) -> None:
        order = await self._reserved(buyer, await self._goods(admin))
        payment = await self._payment(order)
        slow = {"kind": "delay", "ms": int(SLOW_PAYMENT_S * 1000)}
        rule = {"operation": "capture", "match": {"payment_id": payment}, "times": 1, "action": slow}
        (await self._running.paying.post("/script", json={"rules": [rule]})).raise_for_status()
        await self._say("POST /orders/{order_id}/complete", await buyer.complete(order.id, payment))

    async def _slow_cancel(self, admin: Shop, buyer: Shop) -> None:
        order = await self._reserved(buyer, await self._goods(admin))
        async with self._locked("SELECT * FROM reservations WHERE order_id = %s FOR UPDATE", order.id, SLOW_CANCEL_S):
            await self._say("POST /orders/{order_id}/cancel", await buyer.cancel(order.id))

    async def _slow_order(self, goods: Product, buyer: Shop) -> None:
        async with self._locked("SELECT * FROM stock WHERE product_id = %s FOR UPDATE", goods.id, SLOW_ORDER_S):
            placed = await buyer.place_order(secrets.token_hex(8), [Line(goods.id, 1)], ADDRESS)
            await self._say("POST /orders", placed)

    async def _too_many_logins(self, email: str) -> None:
        for _ in range(LOGINS):
            if (await self._say("POST /auth/login", await self._running.shop.login(email, "not-it-at-all"))).status == 429:
                return

    @asynccontextmanager
    async def _locked(self, query: str, key: str, at_most_s: float) -> AsyncIterator[None]:
        """While inside, and no longer than `at_most_s`, the product service waits for the rows of a query."""
        access = self._running.stack.mysql("product")
        connection: pymysql.Connection[Cursor] = pymysql.connect(
            host=access.host, port=access.port, user=access.user, password=access.password, database=access.schema
        )
        with closing(connection):
            with connection.cursor() as cursor:
                await asyncio.to_thread(cursor.execute, query, (key,))
            opened = asyncio.get_running_loop().call_later(at_most_s, connection.rollback)
            try:
                yield
            finally:
                opened.cancel()
                connection.rollback()
