"""The shop's REST calls, one method each. A client is authenticated as one user; `as_user` makes one for another."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import httpx

from chaos.client.answer import Answer
from chaos.client.models import Address, Line, Money, Session

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
"""More than the gateway's own bound of 15 s: a longer wait violates the guarantee `honest_errors`."""


class Shop:
    """Calls through `http`, whose base_url is the gateway's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient, token: str = "", source: str = "") -> None:
        """`source`: the client's address, as a proxy in front of the shop would tell it; "": this machine's."""
        self._http = http
        self._token = token
        self.source = source

    @property
    def headers(self) -> dict[str, str]:
        """What says who is asking, and from where; empty for nobody."""
        who = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return who | ({"X-Forwarded-For": self.source} if self.source else {})

    def as_user(self, session: Session) -> "Shop":
        """The same shop, authenticated with a session's access token."""
        return self.with_token(session.access_token)

    def with_token(self, access_token: str) -> "Shop":
        """The same shop, authenticated with an access token."""
        return Shop(self._http, access_token, self.source)

    def through(self, http: httpx.AsyncClient) -> "Shop":
        """The same user at another gateway."""
        return Shop(http, self._token, self.source)

    def seen_from(self, source: str) -> "Shop":
        """The same user at the same gateway, from another address of the network."""
        return Shop(self._http, self._token, source)

    async def ready(self) -> Answer:
        """GET /health/ready."""
        return await self._send("GET", "/health/ready")

    async def register(self, email: str, password: str, name: str) -> Answer:
        """POST /auth/register: a User."""
        return await self._send("POST", "/auth/register", {"email": email, "password": password, "name": name})

    async def login(self, email: str, password: str) -> Answer:
        """POST /auth/login: a Session."""
        return await self._send("POST", "/auth/login", {"email": email, "password": password})

    async def refresh(self, refresh_token: str) -> Answer:
        """POST /auth/refresh: Tokens; a refresh token works once."""
        return await self._send("POST", "/auth/refresh", {"refresh_token": refresh_token})

    async def logout(self, *, everywhere: bool = False) -> Answer:
        """POST /auth/logout: 204; this session is over, or all of the account."""
        return await self._send("POST", "/auth/logout", {"all_sessions": True} if everywhere else None)

    async def account(self) -> Answer:
        """GET /users/me: a User."""
        return await self._send("GET", "/users/me")

    async def change_account(self, **changes: str) -> Answer:
        """PATCH /users/me: a User. Takes name, email, password; the latter two need current_password."""
        return await self._send("PATCH", "/users/me", changes)

    async def change_role(self, user_id: str, role: str) -> Answer:
        """PATCH /users/{id}/role: a User. Admins only."""
        return await self._send("PATCH", f"/users/{user_id}/role", {"role": role})

    async def create_category(self, name: str, parent_id: str | None = None) -> Answer:
        """POST /categories: a Category. Admins only."""
        return await self._send("POST", "/categories", {"name": name, "parent_id": parent_id})

    async def change_category(self, category_id: str, **changes: str | None) -> Answer:
        """PATCH /categories/{id}: a Category. Takes name and parent_id (None: a root). Admins only."""
        return await self._send("PATCH", f"/categories/{category_id}", changes)

    async def delete_category(self, category_id: str) -> Answer:
        """DELETE /categories/{id}: 409 while it has children or products. Admins only."""
        return await self._send("DELETE", f"/categories/{category_id}")

    async def categories(self, parent_id: str | None = None) -> Answer:
        """GET /categories: Categories below one, or the roots."""
        return await self._send("GET", "/categories", query={"parent_id": parent_id} if parent_id else {})

    async def category(self, category_id: str) -> Answer:
        """GET /categories/{id}: a Category with its neighbours."""
        return await self._send("GET", f"/categories/{category_id}")

    async def create_product(
        self,
        name: str,
        price: Money,
        *,
        description: str = "",
        category_id: str | None = None,
        images: Sequence[Mapping[str, str]] = (),
    ) -> Answer:
        """POST /products: a Product. Admins only."""
        body = {
            "name": name,
            "description": description,
            "price": asdict(price),
            "category_id": category_id,
            "images": [dict(image) for image in images],
        }
        return await self._send("POST", "/products", body)

    async def products(
        self,
        *,
        name: str = "",
        category_id: str | None = None,
        page_size: int = 100,
        page: int = 1,
        sort: str = "",
        cursor: str = "",
    ) -> Answer:
        """GET /products: a page of Products whose name contains `name`, in the shop's order unless `sort` says which.

        It is the one of that number, or with `cursor` the one after the page that told it.
        """
        query = {"name": name, "page_size": str(page_size)} | ({"category_id": category_id} if category_id else {})
        query |= ({"page": str(page)} if page != 1 else {}) | ({"sort": sort} if sort else {})
        query |= {"cursor": cursor} if cursor else {}
        return await self._send("GET", "/products", query=query)

    async def change_price(self, product_id: str, price: Money) -> Answer:
        """PATCH /products/{id}: a Product. Admins only."""
        return await self._send("PATCH", f"/products/{product_id}", {"price": asdict(price)})

    async def withdraw_product(self, product_id: str) -> Answer:
        """DELETE /products/{id}: 409 while units are reserved. Admins only."""
        return await self._send("DELETE", f"/products/{product_id}")

    async def product(self, product_id: str) -> Answer:
        """GET /products/{id}: a Product."""
        return await self._send("GET", f"/products/{product_id}")

    async def stock(self, product_id: str) -> Answer:
        """GET /products/{id}/stock: a Stock. Admins only."""
        return await self._send("GET", f"/products/{product_id}/stock")

    async def set_stock(self, product_id: str, available: int) -> Answer:
        """PUT /products/{id}/stock: a Stock. Admins only."""
        return await self._send("PUT", f"/products/{product_id}/stock", {"available": available})

    async def place_order(self, key: str, lines: Sequence[Line], address: Address) -> Answer:
        """POST /orders: 201 an Order, 202 an OrderRef, 409 sold out, 503 not known to be accepted."""
        body = {"items": [asdict(line) for line in lines], "delivery_address": asdict(address)}
        return await self._send("POST", "/orders", body, headers={"Idempotency-Key": key})

    async def order(self, order_id: str) -> Answer:
        """GET /orders/{id}: an Order."""
        return await self._send("GET", f"/orders/{order_id}")

    async def orders(self, *, cursor: str = "", limit: int | None = None) -> Answer:
        """GET /orders: a page of the user's own Orders, the newest first, or those from `cursor` on."""
        query = ({"cursor": cursor} if cursor else {}) | ({"limit": str(limit)} if limit else {})
        return await self._send("GET", "/orders", query=query)

    async def complete(self, order_id: str, payment_id: str) -> Answer:
        """POST /orders/{id}/complete: an Order, 202 while it is under way."""
        return await self._send("POST", f"/orders/{order_id}/complete", {"payment_id": payment_id})

    async def cancel(self, order_id: str) -> Answer:
        """POST /orders/{id}/cancel: an Order, 202 while it is under way."""
        return await self._send("POST", f"/orders/{order_id}/cancel")

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any other request, e.g. one that the shop must refuse."""
        return await self._send(method, path, body, headers=headers)

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        sent |= self.headers
        return Answer.of(await self._http.request(method, path, json=body, params=query, headers=sent))
