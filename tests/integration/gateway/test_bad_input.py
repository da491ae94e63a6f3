"""Every class of bad input on the running shop: the documented problem, and not a row more or less in any database."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from system.gateway.problems import Problem
from tests.integration.gateway.conftest import Rowset, Stage
from tests.integration.shop import eventually, key, order_of
from tests.unit.system.gateway.bad_input import CASES, Case

Look = Callable[[], dict[str, Rowset]]


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 4096):
        yield content[start : start + 4096]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_bad_input_meets_its_problem_and_changes_nothing(
    gateway: httpx.AsyncClient, admin: dict[str, str], stage: Stage, rows_of: Look, case: Case
) -> None:
    who = {"nobody": {}, "customer": stage.customer.headers, "admin": admin}[case.who]
    content = None if case.content is None else case.content.replace(b"{product}", stage.product.encode())
    before = rows_of()
    answer = await gateway.request(
        case.method,
        case.path.replace("{product}", stage.product).replace("{order}", stage.order),
        content=chunks(content) if content is not None and case.chunked else content,
        headers=[(name.encode(), value.encode("latin-1")) for name, value in {**case.headers, **who}.items()],
    )
    told = Problem.model_validate(answer.json())
    assert (answer.status_code, told.code) == case.problem, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert rows_of() == before


async def test_an_unknown_product_is_refused_and_moves_no_stock(
    gateway: httpx.AsyncClient, stage: Stage, rows_of: Look
) -> None:
    body = order_of(stage.product)
    body["items"].append({"product_id": stage.order, "quantity": 1})
    before, once = rows_of(), key()

    async def place() -> httpx.Response:
        return await gateway.post("/orders", json=body, headers=stage.customer.headers | once)

    # 202 while the order service is still busy starting; the same key asks again for the same order.
    answer = await eventually(place, lambda told: told.status_code != 202)
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_PRODUCT"), answer.text
    read = await gateway.get(f"/orders/{answer.json()['order_id']}", headers=stage.customer.headers)
    assert (read.json()["status"], read.json()["reason"]) == ("REJECTED", "UNKNOWN_PRODUCT")
    after = rows_of()
    assert {name: rows for name, rows in after.items() if name != "orders"} == {
        name: rows for name, rows in before.items() if name != "orders"
    }


@pytest.mark.parametrize(
    ("path", "method"),
    [("/orders/{id}", "GET"), ("/orders/{id}/cancel", "POST"), ("/products/{id}", "GET"), ("/categories/{id}", "GET")],
)
async def test_what_is_not_there_is_404(gateway: httpx.AsyncClient, stage: Stage, path: str, method: str) -> None:
    answer = await gateway.request(method, path.replace("{id}", stage.order), headers=stage.customer.headers)
    assert answer.status_code == 404, answer.text


async def test_a_cursor_that_nobody_gave_out_is_4xx(gateway: httpx.AsyncClient, stage: Stage) -> None:
    for cursor in ("x", "AAAA", "MjAyNi0wMS0wMQ", "eyJhIjoxfQ==", "'--", "9" * 500):
        answer = await gateway.get("/orders", params={"cursor": cursor}, headers=stage.customer.headers)
        assert answer.status_code in (400, 422), f"{cursor}: {answer.text}"


async def test_the_shop_is_well_after_all_that(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/health/ready")).json()["status"] == "ready"
