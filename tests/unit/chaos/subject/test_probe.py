"""A system that is not steady says which request of the probe got which answer."""

import httpx
import pytest

from chaos.client import Shop
from chaos.subject.probe import probe
from harness.experiment import NotSteadyError

PRODUCT = {"id": "p", "name": "Probe", "description": "", "price": {"minor_units": 100, "currency": "EUR"}, "category_id": None}


def shop(*answers: httpx.Response | Exception) -> Shop:
    """A shop that answers one request after the other so."""
    left = list(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    return Shop(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://shop", trust_env=False))


CREATED = httpx.Response(201, json=PRODUCT)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            [httpx.Response(500, json={"code": "INTERNAL"})],
            r"to create a product \(POST /products\) was answered 500, not 201: ",
        ),
        ([CREATED, httpx.Response(403, json={})], r"to set its stock \(PUT /products/p/stock\) was answered 403, not 200"),
        ([CREATED, httpx.ConnectError("refused")], r"to set its stock ended in ConnectError: refused"),
        ([CREATED, httpx.Response(200, json={}), httpx.Response(503, json={})], r"to register a customer .* answered 503"),
        ([httpx.Response(201, json={"id": 7})], r"POST /products was answered 201 with no Product"),
    ],
)
async def test_the_request_and_its_answer_are_told(answers: list[httpx.Response | Exception], said: str) -> None:
    asked = shop(*answers)
    with pytest.raises(NotSteadyError, match=said):
        await probe(asked, asked)
