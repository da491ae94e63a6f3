from collections.abc import AsyncIterator

import httpx
import pytest

from system.gateway.problems import Problem
from tests.unit.system.gateway.bad_input import CASES, Case
from tests.unit.system.gateway.fakes import AS_ADA, AS_ADMIN, ORDER, PRODUCT, FakeShop

WHO = {"nobody": {}, "customer": AS_ADA, "admin": AS_ADMIN}


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 4096):
        yield content[start : start + 4096]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_bad_input_meets_its_problem_and_reaches_nobody(shop: FakeShop, client: httpx.AsyncClient, case: Case) -> None:
    content = None if case.content is None else case.content.replace(b"{product}", PRODUCT.encode())
    headers = [(name.encode(), value.encode("latin-1")) for name, value in ({**case.headers} | WHO[case.who]).items()]
    answer = await client.request(
        case.method,
        case.path.replace("{product}", PRODUCT).replace("{order}", ORDER),
        content=chunks(content) if content is not None and case.chunked else content,
        headers=headers,
    )
    told = Problem.model_validate(answer.json())
    assert (answer.status_code, told.code) == case.problem, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told.status == answer.status_code
    assert told.detail
    assert told.trace_id == answer.headers["x-trace-id"]
    assert bool(told.errors) == (told.code == "VALIDATION_FAILED" or told.code.startswith("IDEMPOTENCY_KEY"))
    assert shop.writes == []


def test_the_cases_are_told_apart_by_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
