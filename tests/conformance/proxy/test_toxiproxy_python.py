"""The PyPI client toxiproxy-python drives every server; what it cannot do is listed in its own quirks, not in ours."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from toxiproxy import Toxiproxy  # type: ignore[import-untyped]  # it has no type hints
from toxiproxy.api import APIConsumer  # type: ignore[import-untyped]  # the same
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists  # type: ignore[import-untyped]  # the same

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, Watch, connect, read, refused


@pytest.fixture
def client(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toxiproxy]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")  # the client takes the proxies of its environment
    before = APIConsumer.host, APIConsumer.port
    where = urlsplit(api.server.url)
    there = Toxiproxy()
    there.update_api_consumer(where.hostname, where.port)
    yield there
    APIConsumer.host, APIConsumer.port = before


def test_it_finds_the_server(client: Toxiproxy) -> None:
    assert client.running()
    assert b'"version"' in client.version()
    assert client.proxies() == {}


def test_it_creates_finds_and_destroys_proxies(client: Toxiproxy) -> None:
    created = client.create(name="edge", upstream="127.0.0.1:9")
    assert (created.name, created.upstream, created.enabled) == ("edge", "127.0.0.1:9", True)
    found = client.get_proxy("edge")
    assert found.listen == created.listen
    assert client.get_proxy("other") is None
    assert list(client.proxies()) == ["edge"]
    assert client.destroy(found)
    assert client.proxies() == {}


def test_it_is_refused_a_second_proxy_of_a_name(client: Toxiproxy) -> None:
    client.create(name="edge", upstream="127.0.0.1:9")
    with pytest.raises(ProxyExists):
        client.create(name="edge", upstream="127.0.0.1:9")


def test_it_stumbles_over_a_port_in_use(client: Toxiproxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(KeyError, match="name"):
        client.create(name="edge", upstream="127.0.0.1:9", listen=f"127.0.0.1:{taken.getsockname()[1]}")


def test_it_adds_and_destroys_toxics(client: Toxiproxy, echoing: Peer) -> None:
    proxy = client.create(name="edge", upstream=echoing.address)
    assert proxy.add_toxic(type="latency", attributes={"latency": 100}) is None
    proxy.add_toxic(name="slow", type="bandwidth", stream="upstream", toxicity=0.5, attributes={"rate": 10})
    assert sorted(proxy.toxics()) == ["latency_downstream", "slow"]
    slow = proxy.get_toxic("slow")
    assert (slow.type, slow.stream, slow.toxicity, slow.attributes) == ("bandwidth", "upstream", 0.5, {"rate": 10})
    assert proxy.destroy_toxic("slow")
    with connect(proxy.listen) as connection:
        watch = Watch()
        connection.sendall(b"x")
        read(connection, 1)
        assert watch.ms >= 100


def test_its_errors(client: Toxiproxy) -> None:
    proxy = client.create(name="edge", upstream="127.0.0.1:9")
    with pytest.raises(InvalidToxic):
        proxy.add_toxic(type="nothing")
    with pytest.raises(NotFound):
        proxy.destroy_toxic("nothing")
    proxy.add_toxic(type="noop")
    with pytest.raises(ProxyExists):
        proxy.add_toxic(type="noop")


def test_it_takes_a_proxy_down_and_up(client: Toxiproxy, echoing: Peer) -> None:
    proxy = client.create(name="edge", upstream=echoing.address)
    with proxy.down():
        assert refused(proxy.listen)
        assert client.get_proxy("edge").enabled is False
    connect(proxy.listen).close()
    proxy.disable()
    assert refused(proxy.listen)
    proxy.enable()
    connect(proxy.listen).close()


def test_it_resets_and_destroys_everything(client: Toxiproxy) -> None:
    proxy = client.create(name="edge", upstream="127.0.0.1:9", enabled=False)
    proxy.add_toxic(type="noop")
    assert client.reset()
    again = client.get_proxy("edge")
    assert (again.enabled, again.toxics()) == (True, {})
    client.destroy_all()
    assert client.proxies() == {}


def test_it_populates(client: Toxiproxy) -> None:
    kept = client.create(name="kept", upstream="127.0.0.1:9")
    wanted = [
        {"name": "kept", "upstream": "127.0.0.1:9", "listen": kept.listen},
        {"name": "new", "upstream": "127.0.0.1:9", "listen": "127.0.0.1:0"},
    ]
    assert [proxy.name for proxy in client.populate(wanted)] == ["new"]
    assert sorted(client.proxies()) == ["kept", "new"]
