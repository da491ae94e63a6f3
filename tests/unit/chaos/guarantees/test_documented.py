"""Answers are ones that the API documents, with the headers that it promises."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from chaos.guarantees import documented
from chaos.observations.answers import ALWAYS, DOCUMENTED
from chaos.observations.orders import PLACE_ORDER, READ_ORDER
from harness.history import Exchange
from tests.unit.chaos.shop_history import ShopHistory

RELEASED = Path("contracts/released/0.1.0/openapi.json")
OURS = {500}


def told(name: str, request: str, status: int, headers: Mapping[str, str], order: str = "o1") -> list[str]:
    shop = ShopHistory()
    call = shop.recorder.invoke("buyer", name, {})
    call.answered(status, {"id": order}, exchange=Exchange(request=request, headers=headers))
    return [each.what for each in documented.violations(shop.done())]


@pytest.mark.parametrize(
    ("name", "request_", "status", "headers"),
    [
        (READ_ORDER, "GET /orders/o1", 404, {}),
        (READ_ORDER, "GET /orders/o1", 503, {"retry-after": "1"}),
        (PLACE_ORDER, "POST /orders", 201, {"location": "/orders/o1"}),
        ("capture", "POST /v1/payments", 418, {}),
    ],
)
def test_documented_answers_pass(name: str, request_: str, status: int, headers: Mapping[str, str]) -> None:
    assert told(name, request_, status, headers) == []


@pytest.mark.parametrize(
    ("name", "request_", "status", "headers", "what"),
    [
        (READ_ORDER, "GET /orders/o1", 402, {}, "402, which GET /orders/{order_id} does not document"),
        (READ_ORDER, "GET /orders/o1", 504, {}, "504, which"),
        (READ_ORDER, "GET /orders/o1", 503, {}, "503 without Retry-After"),
        (PLACE_ORDER, "POST /orders", 202, {}, "202 for order o1 with the Location ''"),
        (PLACE_ORDER, "POST /orders", 201, {"location": "/orders/o2"}, "with the Location '/orders/o2'"),
    ],
)
def test_others_are_told(name: str, request_: str, status: int, headers: Mapping[str, str], what: str) -> None:
    (violation,) = told(name, request_, status, headers)
    assert what in violation


def test_the_table_is_the_released_document() -> None:
    paths = json.loads(RELEASED.read_bytes())["paths"]
    released = {
        f"{method.upper()} {path}": {int(code) for code in operation["responses"]} - ALWAYS - OURS
        for path, methods in paths.items()
        for method, operation in methods.items()
        if not path.startswith("/health")
    }
    assert released == {request: set(codes) for request, codes in DOCUMENTED.items()}
