import socket

import pytest
from pydantic import TypeAdapter, ValidationError

from system.common.settings import Addresses, ServiceSettings

ADDRESSES: TypeAdapter[str] = TypeAdapter(Addresses)


@pytest.mark.parametrize("addresses", ["10.0.0.1:1", "10.0.0.1:1,10.0.0.2:1", "order:50051"])
def test_instances_are_named_by_addresses_or_by_one_name(addresses: str) -> None:
    assert ADDRESSES.validate_python(addresses) == addresses


@pytest.mark.parametrize("addresses", ["order-1:1,order-2:1", "10.0.0.1:1,order:1", "order", "order:", "", "order:1,"])
def test_what_grpc_cannot_resolve_is_refused_at_the_start(addresses: str) -> None:
    with pytest.raises(ValidationError):
        ADDRESSES.validate_python(addresses)


def test_a_process_that_is_told_nothing_binds_loopback_and_is_named_after_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BIND_HOST", "INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    settings = ServiceSettings.parse()
    assert (settings.bind_host, settings.instance) == ("127.0.0.1", socket.gethostname())


def test_a_container_binds_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIND_HOST", "0.0.0.0")  # noqa: S104 - what a container is told
    assert ServiceSettings.parse().bind_host == "0.0.0.0"  # noqa: S104 - the same
