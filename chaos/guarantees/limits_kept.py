"""Limits of what may be sent, as the API's document states them: what is beyond them is refused, what is within them is not.

Judged by the status and code of the refusal: one for another reason (sold out, unknown product) means that it was let in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pydantic import JsonValue

from chaos.observations import catalogue, identity
from chaos.observations.orders import PLACE_ORDER
from harness.history import History, Row
from harness.verdict import Finding, Violation, guarantee

REFUSED = frozenset({"VALIDATION_FAILED", "INVALID_ARGUMENT", "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REQUIRED"})
"""Codes of refusals for what was sent, whatever the state of the shop."""
NOT_DECIDED = frozenset({401, 403, 413, 429, 503})
"""Statuses of answers that say nothing of what was sent."""

UNITS, LINES, PAGE = range(1, 1001), range(1, 51), range(1, 101)
AVAILABLE, PRICE = range(1_000_000_001), range(1, 100_000_000_001)
CURRENCY, COUNTRY, KEY = re.compile(r"[A-Z]{3}"), re.compile(r"[A-Z]{2}"), re.compile(r"[\x21-\x7e]{1,255}")
TEXTS: Mapping[str, int] = MappingProxyType({"recipient": 200, "street": 200, "city": 100, "postal_code": 20})
"""The most characters of the parts of an address."""
PRODUCT_NAME, USER_NAME = 200, 100


@guarantee
def limits_kept(history: History) -> Finding:
    """What is beyond the documented limits is refused as invalid, and nothing that is within them."""
    judged, beyond, violations = 0, 0, []
    for operation in history.named(*RULES):
        why = next(iter(RULES[operation.name](operation.input)), "")
        if operation.status is None or operation.status in NOT_DECIDED or operation.status >= 500:
            continue
        judged += 1
        beyond += bool(why)
        refused = operation.output.get("code") in REFUSED
        if bool(why) != refused:
            said = f"{operation.status} {operation.output.get('code') or ''}".strip()
            what = f"was answered {said}, though {why}" if why else f"was refused as invalid ({said}), and is within all limits"
            violations.append(Violation(what=f"{operation.name} (operation {operation.id}) {what}", operations=(operation.id,)))
    return Finding(judged=judged, violations=tuple(violations), counts={"beyond a limit": beyond})


def _order(sent: Row) -> Iterable[str]:
    items, address = sent.get("items"), sent.get("delivery_address")
    if not isinstance(items, list) or not isinstance(address, Mapping):
        return  # recorded without its content, e.g. by a fuzzer
    if len(items) not in LINES:
        yield f"it has {len(items)} lines"
    lines = [each for each in items if isinstance(each, Mapping)]
    yield from (f"a line has {line.get('quantity')} units" for line in lines if line.get("quantity") not in UNITS)
    if len({str(line.get("product_id")) for line in lines}) < len(lines):
        yield "a product stands on two lines"
    yield from (f"its {name} {why}" for name, most in TEXTS.items() if (why := _text(address.get(name), most)))
    if not COUNTRY.fullmatch(str(address.get("country"))):
        yield f"its country is {address.get('country')!r}"
    if not KEY.fullmatch(str(sent.get("key"))):
        yield "its key is not of 1 to 255 visible characters"


def _text(value: JsonValue, most: int) -> str:
    if not isinstance(value, str) or not value.strip():
        return "is blank"
    return f"has {len(value)} characters" if len(value) > most else ""


def _price(sent: Row) -> Iterable[str]:
    price = sent.get("price")
    if isinstance(price, Mapping):
        if price.get("minor_units") not in PRICE:
            yield f"its price is {price.get('minor_units')}"
        if not CURRENCY.fullmatch(str(price.get("currency"))):
            yield f"its currency is {price.get('currency')!r}"


def _product(sent: Row) -> Iterable[str]:
    yield from _price(sent)
    if why := _text(sent.get("name"), PRODUCT_NAME):
        yield f"its name {why}"


def _stock(sent: Row) -> Iterable[str]:
    if "available" in sent and sent["available"] not in AVAILABLE:
        yield f"it makes {sent['available']} units available"


def _account(sent: Row) -> Iterable[str]:
    if sent.get("what") == "name" and (why := _text(sent.get("value"), USER_NAME)) and sent.get("value"):
        yield f"its name {why}"


def _orders(sent: Row) -> Iterable[str]:
    if "limit" in sent and sent["limit"] not in PAGE:
        yield f"it asks for {sent['limit']} orders"


def _products(sent: Row) -> Iterable[str]:
    if "page_size" in sent and sent["page_size"] not in PAGE:
        yield f"it asks for {sent['page_size']} products"
    if "page" in sent and sent["page"] not in range(1, 10_001):
        yield f"it asks for page {sent['page']}"


RULES: Mapping[str, Callable[[Row], Iterable[str]]] = MappingProxyType(
    {
        PLACE_ORDER: _order,
        catalogue.CREATE_PRODUCT: _product,
        catalogue.SET_PRICE: _price,
        catalogue.SET_STOCK: _stock,
        catalogue.LIST_PRODUCTS: _products,
        identity.CHANGE_ACCOUNT: _account,
        identity.LIST_ORDERS: _orders,
    }
)
"""By operation, what of its input is beyond a limit."""
