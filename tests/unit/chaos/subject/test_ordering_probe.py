"""The probe takes an order for served only when it is reserved, at whichever gateway's turn it is; all it does is on record."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from chaos.client import Shop
from chaos.observations.orders import PLACE_ORDER, READ_ORDER
from chaos.subject.ordering_probe import OrderingProbe
from harness.experiment import NotServedError
from harness.history import PROBE, History, Record, Recorder
from harness.recording.http import RecordingTransport

ORDER = "o-1"


def placed(status: int = 201, state: str = "RESERVED") -> httpx.Response:
    return httpx.Response(status, json={"id": ORDER, "status": state} if status < 300 else {"code": "BUSY"})


def read(state: str) -> httpx.Response:
    return httpx.Response(200, json={"id": ORDER, "status": state})


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


@asynccontextmanager
async def probe(answers: Mapping[str, Iterator[httpx.Response]], kept: Kept) -> AsyncIterator[OrderingProbe]:
    """A probe of gateways that answer so, one request after the other."""
    clients = {
        name: httpx.AsyncClient(
            transport=RecordingTransport(httpx.MockTransport(lambda _request, of=said: next(of))),
            base_url="http://shop",
            trust_env=False,
        )
        for name, said in answers.items()
    }
    yield OrderingProbe(Recorder(kept), "m", "u", "p", {name: Shop(each) for name, each in clients.items()})
    for each in clients.values():
        await each.aclose()


async def test_it_orders_at_each_gateway_in_turn_and_reads_until_the_order_is_reserved() -> None:
    kept = Kept()
    first = iter([placed(202, "PENDING"), read("PENDING"), read("RESERVED"), placed(), read("EXPIRED")])
    second = iter([placed(), read("RESERVED")])
    async with probe({"gateway-1": first, "gateway-2": second}, kept) as attempt:
        for number in range(3):
            await attempt(number)
    assert [next(left, None) for left in (first, second)] == [None, None], "everybody was asked"
    done = History(kept).operations
    assert {each.process for each in done} == {PROBE}
    assert [each.name for each in done] == [PLACE_ORDER, READ_ORDER, READ_ORDER, *[PLACE_ORDER, READ_ORDER] * 2]
    keys = {str(each.input["key"]) for each in done if each.name == PLACE_ORDER}
    assert keys == {"probe-m-0", "probe-m-1", "probe-m-2"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([placed(404)], "place_order at gateway-1 was answered 404 BUSY"),
        ([placed(409)], "place_order at gateway-1 was answered 409 BUSY"),
        ([placed(502)], "place_order at gateway-1 was answered 502 BUSY"),
        ([placed(503)], "place_order at gateway-1 was answered 503 BUSY"),
        ([placed(), httpx.Response(404, json={})], "read_order at gateway-1 was answered 404"),
        ([placed(), httpx.Response(504, json={})], "read_order at gateway-1 was answered 504"),
        ([placed(202, "PENDING"), read("REJECTED")], "an order of what there is plenty of, placed at gateway-1, is REJECTED"),
    ],
)
async def test_anything_else_is_no_service(answers: list[httpx.Response], said: str) -> None:
    async with probe({"gateway-1": iter(answers)}, Kept()) as attempt:
        with pytest.raises(NotServedError) as error:
            await attempt(0)
    assert str(error.value) == said
