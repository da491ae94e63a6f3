"""across_users: the shop's people and things, and who may do what; the rest is derived from its OpenAPI document.

A new route is for staff unless it is named here, and is tried with what is made below; an id of a new kind that nothing makes
is a gap, which fails the run.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from chaos.client.sandboxes import GOOD_CARD
from chaos.subject import RunningShop
from chaos.subject.running import ADMIN
from harness.fuzz.across_users.part import across_users as across
from harness.fuzz.across_users.requests import Ask, Sender, Step, Told, Transcript
from harness.fuzz.across_users.world import Audience, Kind, NotMade, Person
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing
from harness.waiting import wait_until_async

ANYBODY = frozenset(
    {
        *("POST /auth/register", "POST /auth/login", "POST /auth/refresh"),
        *("GET /health/live", "GET /health/ready"),
        *("GET /products", "GET /products/{product_id}", "GET /categories", "GET /categories/{category_id}"),
    }
)
CUSTOMERS = frozenset(
    {
        *("GET /users/me", "PATCH /users/me", "POST /auth/logout"),
        *("POST /orders", "GET /orders", "GET /orders/{order_id}"),
        *("POST /orders/{order_id}/complete", "POST /orders/{order_id}/cancel"),
    }
)
"""What customers may do; all that is not named in either is for staff."""

ORDER, PAYMENT = Kind("order", owned=True, hidden=True), Kind("payment", owned=True)
KINDS = {
    "order_id": ORDER,
    "payment_id": PAYMENT,
    "user_id": Kind("user"),
    "product_id": Kind("product"),
    "category_id": Kind("category"),
    "parent_id": Kind("parent"),
}
"""What ids name. An account is named by its id only where staff alone may; its owner says "me"."""

PASSWORD = "across-users-1"  # noqa: S105 - accounts of a throw-away shop
ADDRESS = {"street": "Hidden Lane 7", "city": "Bern", "postal_code": "3000", "country": "CH"}
STOCK = 37
"""Another number than in the example of a stock, so that setting that one shows."""
DECIDED_S = 20.0


class ShopWorld:
    """See World. `name` is unique to the run."""

    kinds = KINDS
    fresh = frozenset({"idempotency-key"})
    outcome_properties = frozenset({"last_payment"})

    def __init__(self, shop: RunningShop, name: str) -> None:
        self.sender = Sender({"GATEWAY": shop.http, "PROVIDER": shop.paying})
        self.signing_key = shop.stack.secret("jwt")
        self._admin = {"email": ADMIN, "password": shop.stack.secret("admin")}
        self._admin_token = ""
        self._name = name
        self._made = 0

    def audience(self, operation: str) -> Audience:
        """See World."""
        if operation in ANYBODY:
            return Audience.ANYBODY
        return Audience.OWNER if operation in CUSTOMERS else Audience.STAFF

    async def document(self) -> Mapping[str, object]:
        """See World."""
        found = (await self.sender.send(Ask(method="GET", path="/openapi.json"))).body
        if not isinstance(found, dict):
            raise NotMade("GET /openapi.json was answered with no document")
        return found

    async def person(self, name: str, *, staff: bool) -> Person:
        """See World: registered, logged in, and with tokens that a change of the account has outdated."""
        transcript, role = Transcript(), name.partition("-")[0]
        email = f"{name}@fuzz.shop.example"
        account = {"email": email, "password": PASSWORD, "name": f"Name of {name}"}
        register = Ask(method="POST", path="/auth/register", body=account)
        (user_id,) = transcript.add(register, await self._done(register), **{f"{role}_id": "id"})
        outdated = {"before a change of the name": await self._log_in(transcript, email, f"{role}_outdated")}
        change = Ask(
            method="PATCH", path="/users/me", body={"name": account["name"]}, token=outdated["before a change of the name"]
        )
        change = change.to(body={"name": f"{account['name']}, changed"})
        transcript.add(change, await self._done(change))
        if staff:
            outdated["before a change of the role"] = await self._log_in(transcript, email, f"{role}_without_role")
            promote = Ask(method="PATCH", path=f"/users/{user_id}/role", body={"role": "ADMIN"})
            await self._by_admin(promote, transcript)
        login = Ask(method="POST", path="/auth/login", body={"email": email, "password": PASSWORD})
        learned = {f"{role}_token": "access_token", f"{role}_refresh": "refresh_token"}
        token, refresh = transcript.add(login, await self._done(login), **learned)
        return Person(
            name=name,
            id=user_id,
            token=token,
            refresh_token=refresh,
            private=(email,),
            outdated=outdated,
            transcript=transcript,
        )

    async def valid(self, person: Person) -> bool:
        """See World."""
        told = await self.sender.send(Ask(method="GET", path="/users/me", token=person.token))
        role = "ADMIN" if person.name.startswith("staff") else "USER"
        return told.ok and told.body["role"] == role

    async def make(self, kind: str, owner: Person, beside: Mapping[str, str], transcript: Transcript, variable: str) -> str:
        """See World."""
        match kind:
            case "user":
                return owner.id
            case "category" | "parent":
                create = Ask(method="POST", path="/categories", body={"name": self._new("Category")})
                return await self._by_admin(create, transcript, variable)
            case "product":
                return await self._product(transcript, variable)
            case "order":
                return await self._order(owner, transcript, variable)
            case "payment":
                order = beside.get("order") or await self._order(owner, transcript, f"{variable}_order")
                return await self._payment(order, owner, transcript, variable)
        raise NotMade(f"nothing makes a {kind}")

    async def fill(self, operation: str, body: Any, person: Person) -> Any:
        """See World."""
        credentials = {"email": person.private[0], "password": PASSWORD}
        match operation:
            case "POST /auth/login":
                return credentials
            case "POST /auth/refresh":
                opened = await self._done(Ask(method="POST", path="/auth/login", body=credentials))
                return {"refresh_token": opened.body["refresh_token"]}
            case "POST /auth/register":
                return {**body, "email": f"{self._new('another')}@fuzz.shop.example"}
        return body

    async def _product(self, transcript: Transcript, variable: str) -> str:
        body = {"name": self._new("Lamp"), "price": {"minor_units": 1250, "currency": "EUR"}}
        product = await self._by_admin(Ask(method="POST", path="/products", body=body), transcript, variable)
        put = Ask(method="PUT", path=f"/products/{product}/stock", body={"available": STOCK})
        await self._by_admin(put, transcript)
        return product

    async def _order(self, owner: Person, transcript: Transcript, variable: str) -> str:
        product = await self._product(transcript, f"{variable}_product")
        body = {
            "items": [{"product_id": product, "quantity": 1}],
            "delivery_address": {"recipient": owner.private[0], **ADDRESS},
        }
        place = Ask(
            method="POST", path="/orders", body=body, headers={"Idempotency-Key": self._new("order")}, token=owner.token
        )
        (order,) = transcript.add(place, await self._done(place), **{variable: "id"})
        read = Ask(method="GET", path=f"/orders/{order}", token=owner.token)

        async def reserved() -> bool:
            return bool((await self._done(read)).body["status"] == "RESERVED")

        await wait_until_async(reserved, what=f"order {order} is RESERVED", timeout_s=DECIDED_S)
        return order

    async def _payment(self, order: str, owner: Person, transcript: Transcript, variable: str) -> str:
        told = await self._done(Ask(method="GET", path=f"/orders/{order}", token=owner.token))
        body = {"amount": told.body["total"], "reference": order, "method": GOOD_CARD}
        pay = Ask(method="POST", path="/v1/payments", body=body, door="PROVIDER")
        (payment,) = transcript.add(pay, await self._done(pay), **{variable: "id"})
        return payment

    async def _by_admin(self, ask: Ask, transcript: Transcript, variable: str = "") -> str:
        """Done by the shop's first admin; the id in the answer when it has a `variable`."""
        login = Ask(method="POST", path="/auth/login", body=self._admin)
        if (
            not self._admin_token
            or not (await self.sender.send(ask.to(method="GET", path="/users/me", body=None, token=self._admin_token))).ok
        ):
            self._admin_token = str((await self._done(login)).body["access_token"])
        if not any("admin" in step.learned for step in transcript.steps):
            transcript.steps.append(Step(login, {"admin": ".access_token"}))
        transcript.values |= {self._admin_token: "admin", self._admin["password"]: "ADMIN_PASSWORD"}
        ask = ask.to(token=self._admin_token)
        made = transcript.add(ask, await self._done(ask), **({variable: "id"} if variable else {}))
        return made[0] if made else ""

    async def _log_in(self, transcript: Transcript, email: str, variable: str) -> str:
        login = Ask(method="POST", path="/auth/login", body={"email": email, "password": PASSWORD})
        (token,) = transcript.add(login, await self._done(login), **{variable: "access_token"})
        return token

    async def _done(self, ask: Ask) -> Told:
        told = await self.sender.send(ask)
        if not told.ok:
            raise NotMade(f"{ask.told} was answered {told.status}: {told.text[:200]}")
        return told

    def _new(self, what: str) -> str:
        self._made += 1
        return f"{what} {self._name} {self._made}".replace(" ", "-")


async def _run(shop: RunningShop, fuzzing: Fuzzing) -> None:
    name = uuid.uuid4().hex[:8]
    await across(ShopWorld(shop, name), fuzzing, name)


across_users: Fuzzer[RunningShop] = Fuzzer(
    name="across_users",
    about="Every operation on what is somebody's, by everybody who must be refused; what is read and what it does.",
    share=3,
    run=_run,
)
