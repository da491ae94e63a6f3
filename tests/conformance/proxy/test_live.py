"""Toxics that come, change and go while connections are in use."""

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, Watch, connect, ended, read, says_nothing

HOUR_MS = 3_600_000


def test_a_toxic_that_is_added_acts_on_open_connections(api: Api, echoing: Peer) -> None:
    with connect(api.proxy(echoing.address)) as client:
        client.sendall(b"x")
        read(client, 1)
        api.toxic("latency", latency=200)
        watch = Watch()
        client.sendall(b"x")
        read(client, 1)
        assert watch.ms >= 200


def test_removal_lets_go_of_what_is_in_flight(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("latency", "upstream", latency=HOUR_MS)
    with connect(address) as client:
        server = quiet.connection()
        client.sendall(b"in flight")
        assert says_nothing(server, 0.2)
        api.done("DELETE", "/proxies/edge/toxics/latency_upstream")
        assert read(server, 9) == b"in flight"
        client.sendall(b"free")
        assert read(server, 4) == b"free"


def test_an_update_lets_go_of_what_is_in_flight(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("latency", "upstream", latency=HOUR_MS)
    with connect(address) as client:
        server = quiet.connection()
        client.sendall(b"in flight")
        assert says_nothing(server, 0.2)
        api.done("PATCH", "/proxies/edge/toxics/latency_upstream", {"attributes": {"latency": 2 * HOUR_MS}})
        assert read(server, 9) == b"in flight"
        client.sendall(b"x")
        assert says_nothing(server, 0.2)


def test_reset_frees_a_stream_that_is_held(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("bandwidth", "upstream", rate=0)
    with connect(address) as client:
        server = quiet.connection()
        client.sendall(b"held")
        assert says_nothing(server, 0.2)
        api.done("POST", "/reset")
        assert read(server, 4) == b"held"


def test_disabling_drops_what_is_held(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("latency", "upstream", latency=HOUR_MS)
    with connect(address) as client:
        server = quiet.connection()
        client.sendall(b"in flight")
        assert says_nothing(server, 0.2)
        api.done("PATCH", "/proxies/edge", {"enabled": False})
        assert ended(server)
        assert ended(client)


def test_toxics_outlive_the_connections(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("timeout", "upstream", timeout=0)
    for number in (1, 2):
        with connect(address) as client:
            client.sendall(b"lost")
            assert says_nothing(quiet.connection(number), 0.1)
