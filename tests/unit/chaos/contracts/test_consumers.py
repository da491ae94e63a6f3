"""The declarations of the shop's consumers can be read, fit the shop, and handle what the table of errors says."""

from pathlib import Path

import pytest

from chaos.client.service_instances import STATUSES
from chaos.contracts import CONTRACTS, OPTIONS
from harness.contracts.consumers.checker import ConsumersChecker
from harness.contracts.consumers.declaration import Consumer, as_document, load, to_toml
from harness.contracts.documents import as_json
from harness.contracts.released import Releases
from system.common.errors import TABLE
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import fake_shop

FOLDER = Path("contracts/consumers")
CONSUMERS = {consumer.name: consumer for consumer in load(FOLDER)}
INSIDE = [consumer for consumer in CONSUMERS.values() if not consumer.outside]


@pytest.mark.parametrize("consumer", CONSUMERS.values(), ids=CONSUMERS)
def test_the_file_is_written_as_it_would_be_derived(consumer: Consumer) -> None:
    assert (FOLDER / f"{consumer.name}.toml").read_text() == to_toml(consumer)


@pytest.mark.parametrize("name", ["gateway", "order", "payment"])
def test_a_service_handles_what_the_table_translates(name: str) -> None:
    """INTERNAL is in the table and no promise: a provider that says so has a defect."""
    assert set(CONSUMERS[name].handles) == {row.grpc.name for row in TABLE} - {"INTERNAL"}
    assert CONSUMERS[name].handled_at == "system/common/errors.py:TABLE"


def test_the_client_handles_what_the_gateway_and_the_services_refuse_with() -> None:
    ours = {code.name for code in STATUSES} - {"OK", "CANCELLED"}  # the latter is the library's, of a server that stops
    refusals = {str(row.http) for row in TABLE} | ours
    assert set(CONSUMERS["client"].handles) == refusals - {"500"} | {"202"}  # which comes when the saga takes its time


def test_everybody_inside_uses_something_at_a_place_in_its_own_code() -> None:
    for consumer in INSIDE:
        assert consumer.uses, f"{consumer.name} declares nothing"
        places = {place for use in consumer.uses for place in (*use.at, *use.reads)}
        assert {place for place in places if not place.startswith(consumer.code)} == set()
        assert {place.partition(":")[0] for place in places if not Path(place.partition(":")[0]).is_file()} == set()


def test_they_agree_with_the_shop_as_it_is() -> None:
    """Its messages and REST interface are today's; the queues are those of the last release, which takes no server to know."""
    proto = next(each for each in CONTRACTS.saved if each.document == "proto.binpb")
    declared = Releases(Path("contracts/released")).load().with_file("proto.binpb", proto.read())
    declared = declared.with_file("openapi.json", as_json(create_app(fake_shop().parts).openapi()))
    declared = declared.with_file("consumers.json", as_json(as_document(list(CONSUMERS.values()))))
    assert list(ConsumersChecker(OPTIONS).check(declared, declared)) == []
