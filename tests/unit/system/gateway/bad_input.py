"""Every class of bad input, once: what is sent, and the problem it must meet. Run against fakes and against the real shop.

Paths and bodies name a product and an order by `{product}` and `{order}`; the tests put real ids there. What could come into
being by mistake is called "bad input", so that it can be looked for.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Who = Literal["nobody", "customer", "admin"]

INVALID = (422, "VALIDATION_FAILED")
MALFORMED = (400, "MALFORMED_JSON")
TOO_LARGE = (413, "PAYLOAD_TOO_LARGE")
NOT_JSON = (415, "UNSUPPORTED_MEDIA_TYPE")
NOBODY = (401, "TOKEN_REQUIRED")
FORBIDDEN = (403, "PERMISSION_DENIED")
JSON = {"Content-Type": "application/json"}
KEY = {"Idempotency-Key": "bad-input"}


@dataclass(frozen=True)
class Case:
    """A request that must be refused with this status and code."""

    name: str
    method: str
    path: str
    problem: tuple[int, str]
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    who: Who = "customer"
    chunked: bool = False

    def __str__(self) -> str:
        return self.name


GOOD_ORDER: Mapping[str, Any] = {
    "items": [{"product_id": "{product}", "quantity": 1}],
    "delivery_address": {
        "recipient": "Ada Lovelace",
        "street": "Main St 1",
        "city": "London",
        "postal_code": "N1",
        "country": "GB",
    },
}
GOOD_PRODUCT: Mapping[str, Any] = {"name": "Bad input lamp", "price": {"minor_units": 1999, "currency": "EUR"}}


def changed(body: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a body with the value at a dotted path replaced; `...` takes it out."""
    made: dict[str, Any] = copy.deepcopy(dict(body))
    *way, last = path.split(".")
    place: Any = made
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


def body(value: Any) -> bytes:
    """JSON as it goes over the wire."""
    return json.dumps(value).encode()


def order(name: str, value: Any, problem: tuple[int, str] = INVALID, headers: Mapping[str, str] = KEY) -> Case:
    """A bad POST /orders; `value` is bytes, or what is turned into JSON."""
    return Case(
        f"order: {name}",
        "POST",
        "/orders",
        problem,
        value if isinstance(value, bytes) else body(value),
        {**JSON, **headers},
    )


def raw(text: str) -> bytes:
    """An order whose quantity is this text."""
    return body(changed(GOOD_ORDER, "items.0.quantity", "@")).replace(b'"@"', text.encode())


QUANTITIES = (
    "-5",
    "0",
    "0.4",
    "1.5",
    '"1"',
    "true",
    "null",
    "[]",
    "1001",
    str(2**31),
    str(2**63),
    str(10**40),
    "1e4",
    "1e999",
    "NaN",
)
BODIES = ("[]", '"text"', "1", "null", "true")
ADDRESS_FAULTS: Sequence[tuple[str, Any]] = (
    ("country", "nl"),
    ("country", "NLD"),
    ("country", "N\u00cb"),
    ("country", 31),
    ("country", ...),
    ("city", ""),
    ("city", "   "),
    ("city", "x" * 101),
    ("city", "Lon\x00don"),
    ("street", "Main\nSt"),
    ("street", {"$ne": ""}),
    ("recipient", None),
    ("recipient", "\ud800"),
    ("recipient", "x" * 201),
    ("postal_code", "1" * 21),
)
ORDERS = (
    *(order(f"quantity {text}", raw(text)) for text in QUANTITIES),
    *(order(f"body {text}", text.encode()) for text in BODIES),
    *(
        order(f"address {name}={value!r:.30}", changed(GOOD_ORDER, f"delivery_address.{name}", value))
        for name, value in ADDRESS_FAULTS
    ),
    order("quantity of 5000 digits", raw("9" * 5000), MALFORMED),
    order("JSON cut off", b'{"items": [', MALFORMED),
    order("two JSON documents", body(GOOD_ORDER) * 2, MALFORMED),
    order("not UTF-8", b'{"items": "\xff\xfe"}', MALFORMED),
    order("NUL in the JSON", b'{"items"\x00: 1}', MALFORMED),
    order("nested 30,000 deep", b"[" * 30_000, MALFORMED),
    order("no body", b""),
    order("no items", changed(GOOD_ORDER, "items", ...)),
    order("items empty", changed(GOOD_ORDER, "items", [])),
    order("items not a list", changed(GOOD_ORDER, "items", {"0": 1})),
    order("items null", changed(GOOD_ORDER, "items", None)),
    order("no address", changed(GOOD_ORDER, "delivery_address", ...)),
    order("a product twice", changed(GOOD_ORDER, "items", list(GOOD_ORDER["items"]) * 2)),
    order(
        "51 lines",
        changed(GOOD_ORDER, "items", [{"product_id": f"5c0d9f2e-8a41-4a63-9a58-{n:012}", "quantity": 1} for n in range(51)]),
    ),
    order("unknown field", changed(GOOD_ORDER, "total", 1)),
    order("unknown field in a line", changed(GOOD_ORDER, "items.0.unit_price", 1)),
    order("unknown field in the address", changed(GOOD_ORDER, "delivery_address.planet", "Mars")),
    order("product id not a UUID", changed(GOOD_ORDER, "items.0.product_id", "1 OR 1=1")),
    order("product id in capitals", changed(GOOD_ORDER, "items.0.product_id", "5C0D9F2E-8A41-4A63-9A58-6D1F6D0C7E33")),
    order("product id with a NUL", changed(GOOD_ORDER, "items.0.product_id", "5c0d9f2e-8a41-4a63-9a58-6d1f6d0c7e3\x00")),
    order("product id a number", changed(GOOD_ORDER, "items.0.product_id", 7)),
    order("no key", GOOD_ORDER, (400, "IDEMPOTENCY_KEY_REQUIRED"), {}),
    order("empty key", GOOD_ORDER, (400, "IDEMPOTENCY_KEY_INVALID"), {"Idempotency-Key": ""}),
    order("key of 256", GOOD_ORDER, (400, "IDEMPOTENCY_KEY_INVALID"), {"Idempotency-Key": "k" * 256}),
    order("key with a space", GOOD_ORDER, (400, "IDEMPOTENCY_KEY_INVALID"), {"Idempotency-Key": "a b"}),
    order("key not ASCII", GOOD_ORDER, (400, "IDEMPOTENCY_KEY_INVALID"), {"Idempotency-Key": "cl\u00e9"}),
    order("body of 65 KiB", b" " * 65 * 1024 + body(GOOD_ORDER), TOO_LARGE),
    Case("order: body of 65 KiB in chunks", "POST", "/orders", TOO_LARGE, b" " * 65 * 1024, {**JSON, **KEY}, chunked=True),
    Case("order: no content type", "POST", "/orders", NOT_JSON, body(GOOD_ORDER), KEY),
    Case("order: form", "POST", "/orders", NOT_JSON, b"items=1", {"Content-Type": "application/x-www-form-urlencoded", **KEY}),
    Case("order: text", "POST", "/orders", NOT_JSON, body(GOOD_ORDER), {"Content-Type": "text/plain", **KEY}),
    Case("order: gzip", "POST", "/orders", NOT_JSON, b"\x1f\x8b", {**JSON, "Content-Encoding": "gzip", **KEY}),
)


def write(method: str, path: str, name: str, value: Any, problem: tuple[int, str] = INVALID, who: Who = "admin") -> Case:
    """A bad body for another route."""
    return Case(f"{method} {path}: {name}", method, path, problem, body(value), JSON, who)


def products() -> tuple[Case, ...]:
    """Bad bodies for POST /products."""
    picture = {"url": "https://img.example/1.jpg"}
    faults: Sequence[tuple[str, Any]] = (
        ("name", ""),
        ("name", " "),
        ("name", "x" * 201),
        ("name", 5),
        ("description", "x" * 4001),
        ("description", "a\x00b"),
        ("price", 1999),
        ("price", {"minor_units": 0, "currency": "EUR"}),
        ("price", {"minor_units": -1, "currency": "EUR"}),
        ("price", {"minor_units": 19.99, "currency": "EUR"}),
        ("price", {"minor_units": 2**63, "currency": "EUR"}),
        ("price", {"minor_units": 1, "currency": "eur"}),
        ("price", {"minor_units": 1}),
        ("category_id", "books"),
        ("category_id", ""),
        ("images", [picture] * 11),
        ("images", [{"url": "javascript:alert(1)"}]),
        ("images", [{"url": "https://img.example/\u202e"}]),
        ("images", [{**picture, "width": 5}]),
        ("stock", 5),
    )
    return tuple(
        write("POST", "/products", f"{name}={value!r:.40}", changed(GOOD_PRODUCT, name, value)) for name, value in faults
    )


def accounts() -> tuple[Case, ...]:
    """Bad bodies for POST /auth/register."""
    good = {"email": "bad-input@shop.example", "password": "correct horse battery", "name": "Ada"}
    faults: Sequence[tuple[str, Any]] = (
        ("email", "bad-input"),
        ("email", "bad-input@localhost"),
        ("email", "bad-input x@shop.example"),
        ("email", f"{'x' * 65}@shop.example"),
        ("email", "bad-input@shop.example\n"),
        ("email", ["bad-input@shop.example"]),
        ("password", "short"),
        ("password", "x" * 129),
        ("password", 12345678),
        ("name", ""),
        ("name", "A\x00da"),
        ("name", ...),
        ("role", "ADMIN"),
    )
    return tuple(
        write("POST", "/auth/register", f"{name}={value!r:.40}", changed(good, name, value), who="nobody")
        for name, value in faults
    )


WRITES = (
    *products(),
    *accounts(),
    write("POST", "/auth/login", "no password", {"email": "ada@shop.example"}, who="nobody"),
    write("POST", "/auth/login", "password a list", {"email": "ada@shop.example", "password": ["x"]}, who="nobody"),
    write("POST", "/auth/refresh", "empty", {"refresh_token": ""}, who="nobody"),
    write("PATCH", "/users/me", "own role", {"role": "ADMIN"}, who="customer"),
    write("PATCH", "/users/me", "nothing", {}, who="customer"),
    write("PATCH", "/users/me", "null", {"name": None}, who="customer"),
    write("PATCH", "/users/me", "own id", {"id": "7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b11"}, who="customer"),
    write("PATCH", "/users/{order}/role", "unknown role", {"role": "ROOT"}),
    write("PATCH", "/users/{order}/role", "as a customer", {"role": "ADMIN"}, FORBIDDEN, "customer"),
    write("PATCH", "/products/{product}", "null price", {"price": None}),
    write("PATCH", "/products/{product}", "nothing", {}),
    write("PATCH", "/products/{product}", "as a customer", {"name": "Bad input lamp"}, FORBIDDEN, "customer"),
    write("POST", "/products", "as a customer", GOOD_PRODUCT, FORBIDDEN, "customer"),
    write("POST", "/categories", "as nobody", {"name": "Bad input books"}, NOBODY, "nobody"),
    write("POST", "/categories", "name too long", {"name": "x" * 101}),
    write("PATCH", "/categories/{order}", "null name", {"name": None}),
    write("PUT", "/products/{product}/stock", "negative", {"available": -1}),
    write("PUT", "/products/{product}/stock", "text", {"available": "5"}),
    write("PUT", "/products/{product}/stock", "fraction", {"available": 0.5}),
    write("PUT", "/products/{product}/stock", "too many", {"available": 1_000_000_001}),
    write("PUT", "/products/{product}/stock", "beyond 64 bits", {"available": 2**64}),
    write("PUT", "/products/{product}/stock", "as a customer", {"available": 5}, FORBIDDEN, "customer"),
    write("POST", "/orders/{order}/complete", "no payment", {}, who="customer"),
    write("POST", "/orders/{order}/complete", "empty payment", {"payment_id": ""}, who="customer"),
    write("POST", "/orders/{order}/complete", "payment too long", {"payment_id": "p" * 101}, who="customer"),
    write("POST", "/orders/{order}/complete", "payment with a NUL", {"payment_id": "p\x00"}, who="customer"),
)


def read(path: str, problem: tuple[int, str] = INVALID, who: Who = "customer", method: str = "GET") -> Case:
    """A bad request without a body."""
    return Case(f"{method} {path[:60]}", method, path, problem, who=who)


READS = (
    *(
        read(f"/products?{query}", who="nobody")
        for query in (
            "page=0",
            "page=-1",
            "page=x",
            "page=1.5",
            "page=10001",
            "page=",
            "page=1_0",
            "page=%2B1",
            "page=%D9%A1",
            "page=%201",
        )
    ),
    *(
        read(f"/products?{query}", who="nobody")
        for query in ("page_size=0", "page_size=101", f"page={2**63}", "sort=price", "evil=1")
    ),
    *(
        read(f"/products?{query}", who="nobody")
        for query in ("name=%00", f"name={'x' * 201}", "name=%ff%00", "category_id=books")
    ),
    *(
        read(f"/orders?{query}")
        for query in ("limit=0", "limit=101", "limit=x", "cursor=%00", f"cursor={'x' * 501}", "user_id=1")
    ),
    *(read(f"/products/{name}", who="nobody") for name in ("1", "%00", "x" * 5000, "5C0D9F2E-8A41-4A63-9A58-6D1F6D0C7E33")),
    read("/categories?parent_id=root", who="nobody"),
    read("/orders/1"),
    read("/orders/1/cancel", method="POST"),
    read("/products/1/stock", who="admin"),
    read("/products/1", who="admin", method="DELETE"),
    read("/products/{product}/stock", FORBIDDEN),
    read("/products/{product}", FORBIDDEN, method="DELETE"),
    read("/users/me", NOBODY, "nobody"),
    read("/orders", NOBODY, "nobody"),
    read("/products/..%2f..%2fetc", (404, "NOT_FOUND"), "nobody"),
    read("/nowhere", (404, "NOT_FOUND"), "nobody"),
    read("/products/", (404, "NOT_FOUND"), "nobody"),
    read("/users/me", (405, "METHOD_NOT_ALLOWED"), method="DELETE"),
    read("/orders", (405, "METHOD_NOT_ALLOWED"), method="PUT"),
)
CASES: Sequence[Case] = (*ORDERS, *WRITES, *READS)
