"""Who schemathesis is while it fuzzes the shop: accounts made for the run and thrown away; goods to order, and payments.

`schemathesis.toml` loads this file, for the stock command line, too: it imports schemathesis and what that needs, nothing of
this repository. The command line itself can sign up, but then keeps one token, which dies with the first change of the
account; or log in again, but then needs an account that nobody can spoil. Hence this file. SHOP_FUZZ_AS=customer, admin or
anonymous runs as one of them; without it an operation is tried as a customer, and as an admin when it declares a 403.

Guarantees: a token that died is replaced within the request that found it dead; an account that cannot log in any more, or
has lost its role, is replaced by a new one; two customers exist, so that object_level_authorization compares them; the first
admin's id and token are never shown to the fuzzer, so that it cannot lock itself out.
"""

import json
import os
import re
import secrets
import zlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from schemathesis.auths import AuthContext, AuthProvider, CachingAuthProvider
from schemathesis.core.errors import AuthenticationError
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData
from schemathesis.schemas import BaseSchema
from schemathesis.wfc.escalation import EscalatingAuthProvider

Case = schemathesis.Case[Any]
RUN_AS = "SHOP_FUZZ_AS"
DEVELOPMENT_ADMIN = ("admin@shop.example", "development-only-admin")
"""What docker-compose.yml sets where nobody set another."""
STACKS = Path(".gauntlet/stacks")
HTTP = requests.Session()
HTTP.trust_env = False  # loopback needs nobody's proxy
TIMEOUT_S = 20
DECLINED_EVERY = 3
"""One payment in so many is made with a card that is declined at the capture."""
UNKNOWN_EVERY = 5
"""One order in so many keeps the product that the fuzzer made up."""
KEY, KEY_MAX = "Idempotency-Key", 255
IF_MATCH = "If-Match"
STALE_EVERY = 5
"""One tag in so many, that the fuzzer made up, is sent."""
REUSED_EVERY = 4
"""One order in so many keeps the key that the fuzzer made up, which it does again and again."""
REFRESHED_EVERY = 3
"""One refresh token in so many is real."""
LINES_MAX, QUANTITY_MAX = 50, 1000
TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATE = {
    (422, "UNKNOWN_PRODUCT"): "which products are for sale is no rule of form; clients of release 0.1.0 expect 422",
    (422, "IDEMPOTENCY_KEY_REUSED"): "which keys stand for another order is no rule of form; 422 is what the IETF's draft says",
    (422, "duplicate_product"): "JSON Schema cannot forbid two lines with an equal product_id",
    (412, "STALE"): "which tag a thing has is no rule of form",
    (402, ""): "the provider's decision; the check does not count 402 among those of state",
}
"""By status and code, of the problem or of its first fault ("" is any): what refuses a request of the right form, and why.

tests/fuzz shows that each is needed.
"""


class Shop:
    """A shop somewhere: its URL, its first admin, and the URL of its payment provider (None: nobody told)."""

    def __init__(self, url: str) -> None:
        stack = _stack_at(url)
        shown = stack.get("shown", {})
        self.url = url.rstrip("/")
        self.admin = (
            os.environ.get("ADMIN_EMAIL") or shown.get("ADMIN_EMAIL") or DEVELOPMENT_ADMIN[0],
            os.environ.get("ADMIN_PASSWORD") or shown.get("ADMIN_PASSWORD") or DEVELOPMENT_ADMIN[1],
        )
        self._goods: str | None = None
        self._first = ""
        self.provider = os.environ.get("PROVIDER_URL") or _provider_of(stack)

    def call(self, method: str, path: str, *, token: str = "", body: Any = None) -> "requests.Response":
        """One request; raises AuthenticationError unless the answer is 2xx."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = HTTP.request(method, self.url + path, json=body, headers=headers, timeout=TIMEOUT_S)
        if not answer.ok:
            raise AuthenticationError("Account", "get", f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer

    def as_first(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """The answer to a request of the first admin, who logs in as seldom as can be: a shop lets nobody do that often."""
        try:
            answer: dict[str, Any] = self.call(method, path, token=self._first, body=body).json()
        except AuthenticationError:  # not logged in yet, or not any more
            self._first = str(self.login(*self.admin)["access_token"])
            answer = self.call(method, path, token=self._first, body=body).json()
        return answer

    def goods(self) -> str:
        """A product with plenty of stock."""
        if self._goods is None:
            price = {"minor_units": 1999, "currency": "EUR"}
            product = self.as_first("POST", "/products", {"name": "Fuzzed lamp", "price": price})
            self.as_first("PUT", f"/products/{product['id']}/stock", {"available": 1_000_000})
            self._goods = str(product["id"])
        return self._goods

    def refused(self, order: str) -> None:
        """Make other goods, if an order of these was refused: the fuzzer may have deleted them."""
        if self._goods is not None and self._goods in order:
            self._goods = None

    def somebody(self) -> tuple[str, str]:
        """E-mail address and password of a new account."""
        email, password = f"fuzz-{secrets.token_hex(8)}@shop.example", secrets.token_urlsafe(18)
        self.call("POST", "/auth/register", body={"email": email, "password": password, "name": "Fuzzer"})
        return email, password

    def login(self, email: str, password: str) -> dict[str, Any]:
        """A session. Raises AuthenticationError."""
        session: dict[str, Any] = self.call("POST", "/auth/login", body={"email": email, "password": password}).json()
        return session


class Account:
    """An account of the run with this role; a provider of tokens for schemathesis."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._credentials: tuple[str, str] | None = None

    def get(self, _case: Case, context: AuthContext) -> str:
        """A token that works now. Raises AuthenticationError."""
        return self.token(shop_of(context.operation.schema))

    def token(self, shop: Shop) -> str:
        """Logs in, again or as a new account. Raises AuthenticationError."""
        return self._again(shop) or self._new(shop)

    def set(self, case: Case, data: str, _context: AuthContext) -> None:
        """Put the token where it goes."""
        case.headers["Authorization"] = f"Bearer {data}"

    def _again(self, shop: Shop) -> str | None:
        if self._credentials is None:
            return None
        try:
            session = shop.login(*self._credentials)
        except AuthenticationError:  # the fuzzer changed its password, or logged in too often
            return None
        return str(session["access_token"]) if session["user"]["role"] == self._role else None

    def _new(self, shop: Shop) -> str:
        self._credentials = shop.somebody()
        session = shop.login(*self._credentials)
        if self._role != "USER":
            shop.as_first("PATCH", f"/users/{session['user']['id']}/role", {"role": self._role})
            session = shop.login(*self._credentials)  # the change of role ended the first one
        return str(session["access_token"])


class Assigned(EscalatingAuthProvider):
    """Who sends what is settled by the document, not learned: an order is completed and cancelled by whoever placed it."""

    def record(self, label: str, identity: str | None, status_code: int) -> None:
        """Learns nothing."""


@schemathesis.hook
def after_load_schema(_context: schemathesis.HookContext, schema: BaseSchema) -> None:
    """Tell the schema who there is."""
    accounts = {"customer": "USER", "admin": "ADMIN", "other customer": "USER"}  # tried in this order
    chosen = os.environ.get(RUN_AS, "")
    if chosen == "anonymous":
        return
    if chosen not in ("", *accounts):
        raise ValueError(f"{RUN_AS} is customer, admin, anonymous or not set, not {chosen}")
    providers: list[AuthProvider[str]] = [CachingAuthProvider(Account(role)) for role in accounts.values()]
    people = ("customer", "other customer")
    provider = Assigned(providers, [*accounts], peers=people, pinned=chosen or None)
    provider.restore(dict.fromkeys(_not_for_everybody(schema), "admin"))
    schema.auth.providers.append(provider)


def _not_for_everybody(schema: BaseSchema) -> list[str]:
    """The operations that declare a 403: a customer would only be refused there."""
    paths: dict[str, dict[str, Any]] = schema.raw_schema["paths"]
    operations = ((method, path, of) for path, methods in paths.items() for method, of in methods.items())
    return [f"{method.upper()} {path}" for method, path, of in operations if "403" in of["responses"]]


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: Case, _kwargs: dict[str, Any]) -> None:
    """Let orders be of something that is for sale, and payments be real: neither can be told from the schema."""
    if IF_MATCH in case.headers and zlib.crc32(repr(case.headers[IF_MATCH]).encode()) % STALE_EVERY:
        del case.headers[IF_MATCH]  # nobody guesses a tag
    if isinstance(case.body, dict):
        supply = SUPPLIES.get(case.operation.definition.raw.get("operationId", ""))
        if supply is not None:
            supply(shop_of(case.operation.schema), case, case.body)


def _goods_for(shop: Shop, case: Case, body: dict[str, Any]) -> None:
    """Make most well-formed orders one of goods in stock, under a key of its own; what is wrong stays as it was."""
    key = case.headers.get(KEY)
    if isinstance(key, str) and TOKEN.fullmatch(key) and len(key) <= KEY_MAX and zlib.crc32(repr(body).encode()) % REUSED_EVERY:
        case.headers[KEY] = secrets.token_hex(8)
    lines = body.get("items")
    if not (isinstance(lines, list) and 0 < len(lines) <= LINES_MAX and all(map(_is_line, lines))):
        return
    if zlib.crc32(repr(body).encode()) % UNKNOWN_EVERY:
        body["items"] = [{"product_id": shop.goods(), "quantity": lines[0]["quantity"]}]


def _is_line(line: object) -> bool:
    if not (isinstance(line, dict) and set(line) == {"product_id", "quantity"}):
        return False
    product, quantity = line["product_id"], line["quantity"]
    counted = isinstance(quantity, (int, float)) and not isinstance(quantity, bool) and quantity == quantity // 1
    return isinstance(product, str) and UUID.fullmatch(product) is not None and counted and 1 <= quantity <= QUANTITY_MAX


def _session_for(shop: Shop, _case: Case, body: dict[str, Any]) -> None:
    """Make some well-formed refresh tokens real ones."""
    token = body.get("refresh_token")
    fine = set(body) == {"refresh_token"} and isinstance(token, str) and TOKEN.fullmatch(token)
    if fine and zlib.crc32(repr(token).encode()) % REFRESHED_EVERY == 0:
        body["refresh_token"] = shop.login(*shop.somebody())["refresh_token"]


def _payment_for(shop: Shop, case: Case, body: dict[str, Any]) -> None:
    """Authorise a payment at the provider for an order that waits for one; some cards are declined at the capture."""
    token = str(case.headers.get("Authorization", "")).removeprefix("Bearer ")
    if shop.provider is None or not token or set(body) != {"payment_id"}:
        return
    try:
        order = shop.call("GET", f"/orders/{case.path_parameters['order_id']}", token=token).json()
    except (AuthenticationError, UnicodeError):
        return
    if order["status"] == "RESERVED":
        method = "card_ok" if zlib.crc32(order["id"].encode()) % DECLINED_EVERY else "card_declined"
        wanted = {"amount": order["total"], "reference": order["id"], "method": method}
        payment = HTTP.post(f"{shop.provider}/v1/payments", json=wanted, timeout=TIMEOUT_S)
        body["payment_id"] = payment.json()["id"] if payment.ok else body["payment_id"]


SUPPLIES = {"place_order": _goods_for, "complete_order": _payment_for, "refresh": _session_for}
"""By operationId: what makes a request more likely to succeed. It makes no wrong request right, and no right one wrong."""


@schemathesis.hook
def after_call(_context: schemathesis.HookContext, case: Case, response: schemathesis.Response) -> None:
    """Goods that the fuzzer sold out or deleted are replaced."""
    sold_out = response.status_code in (409, 422) and ("OUT_OF_STOCK" in response.text or "UNKNOWN_PRODUCT" in response.text)
    if sold_out and case.operation.definition.raw.get("operationId") == "place_order":
        shop_of(case.operation.schema).refused(str(case.body))


@schemathesis.hook
def filter_failure(_context: schemathesis.HookContext, failure: Failure, case: Case, response: schemathesis.Response) -> bool:
    """Leave out two kinds of failure that are none of the shop.

    A request of the right form may be refused for the state it met, also where the check does not expect the status. And
    ensure_resource_availability does not see that what a query names (a parent category) was deleted meanwhile.
    """
    if isinstance(failure, EnsureResourceAvailability):
        return bool(case.path_parameters)
    return not (isinstance(failure, RejectedPositiveData) and refused_for_state(response))


def refused_for_state(response: schemathesis.Response) -> bool:
    """Whether the answer is one of STATE."""
    try:
        problem = response.json()
        codes = {"", problem.get("code"), *(fault["code"] for fault in problem.get("errors", [])[:1])}
    except (ValueError, AttributeError):
        return False
    return any((response.status_code, code) in STATE for code in codes)


def shop_of(schema: BaseSchema) -> Shop:
    """The shop a schema describes."""
    return _shop_at(schema.get_base_url())


@cache
def _shop_at(url: str) -> Shop:
    return Shop(url)


def _stack_at(url: str) -> dict[str, Any]:
    """What `gauntlet up` wrote down of the stack with this door; empty when it is none of this folder's."""
    port = urlsplit(url).port
    for path in STACKS.glob("*/stack.json"):
        stack: dict[str, Any] = json.loads(path.read_text())
        if any(port in member["ports"].values() for member in stack["members"] if member["name"] == stack["entry"]):
            return stack
    return {}


def _provider_of(stack: dict[str, Any]) -> str | None:
    ports = (member["ports"]["http"] for member in stack.get("members", []) if member["name"] == "provider")
    return next((f"http://127.0.0.1:{port}" for port in ports), None)
