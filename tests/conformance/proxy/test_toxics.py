"""What each toxic does on the wire. Times are lower bounds, or so far apart that no machine confuses them."""

import socket

import pytest

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, Watch, connect, ended, read, read_all, says_nothing

LONG_MS = 60_000


def round_trip_ms(client: socket.socket, data: bytes = b"x") -> float:
    watch = Watch()
    client.sendall(data)
    assert read(client, len(data)) == data
    return watch.ms


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_latency(api: Api, echoing: Peer, stream: str) -> None:
    address = api.proxy(echoing.address)
    api.toxic("latency", stream, latency=100)
    with connect(address) as client:
        assert round_trip_ms(client) >= 100


def test_latency_is_pipelined(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("latency", "upstream", latency=500)
    with connect(address) as client:
        server = quiet.connection()
        watch = Watch()
        for number in range(20):
            client.sendall(b"%03d" % number)
            assert says_nothing(server, 0.005)
        assert read(server, 60) == b"".join(b"%03d" % number for number in range(20))
        assert 500 <= watch.ms < 20 * 500


def test_latencies_add_up(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    for name in ("a", "b"):
        api.done("POST", "/proxies/edge/toxics", {"type": "latency", "name": name, "attributes": {"latency": 100}})
    with connect(address) as client:
        assert round_trip_ms(client) >= 200


def test_latency_with_jitter(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("latency", latency=50, jitter=20)
    with connect(address) as client:
        times = [round_trip_ms(client) for _ in range(20)]
        assert min(times) >= 29
        assert max(times) - min(times) > 5


def test_bandwidth(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("bandwidth", "upstream", rate=100)
    with connect(address) as client:
        watch = Watch()
        client.sendall(bytes(50_000))
        read(quiet.connection(), 50_000)
        assert watch.ms >= 450


def test_bandwidth_of_each_connection_and_of_one_direction(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("bandwidth", "upstream", rate=1)
    with connect(address) as busy, connect(address) as other:
        busy.sendall(bytes(100_000))
        assert round_trip_ms(other, b"hi") < 20_000


def test_bandwidth_0_passes_nothing(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("bandwidth", "upstream", rate=0)
    with connect(address) as client:
        client.sendall(b"x")
        assert says_nothing(quiet.connection(), 0.2)
        quiet.connection().sendall(b"other way")
        assert read(client, 9) == b"other way"


def test_slow_close(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("slow_close", "upstream", delay=200)
    with connect(address) as client:
        server = quiet.connection()
        watch = Watch()
        client.sendall(b"data")
        client.close()
        assert read(server, 4) == b"data"
        assert ended(server)
        assert watch.ms >= 200


def test_slow_close_leaves_the_other_stream_alone(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("slow_close", "upstream", delay=LONG_MS)
    with connect(address) as client:
        quiet.connection().close()
        assert ended(client)


def test_timeout_drops_data_and_ends_both_sides_after_a_silence(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("timeout", "upstream", timeout=200)
    with connect(address) as client:
        server = quiet.connection()
        watch = Watch()
        client.sendall(b"lost")
        server.sendall(b"kept")
        assert read(client, 4) == b"kept"
        assert read_all(server) == b""
        assert ended(client)
        assert watch.ms >= 190


def test_timeout_counts_from_the_last_data(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("timeout", "upstream", timeout=2000)
    with connect(address) as client:
        server = quiet.connection()
        for _ in range(25):
            client.sendall(b"lost")
            assert says_nothing(server, 0.1)


def test_timeout_0_stays_until_it_is_removed(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("timeout", "upstream", timeout=0)
    with connect(address) as client:
        server = quiet.connection()
        client.sendall(b"lost")
        assert says_nothing(server, 0.3)
        server.sendall(b"kept")
        assert read(client, 4) == b"kept"
        api.done("DELETE", "/proxies/edge/toxics/timeout_upstream")
        assert ended(server)
        assert ended(client)


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.parametrize("first", [b"data", b""])
def test_reset_peer(api: Api, quiet: Peer, stream: str, first: bytes) -> None:
    address = api.proxy(quiet.address)
    api.toxic("reset_peer", stream, timeout=100)
    with connect(address) as client:
        sides = [client, quiet.connection()]
        source, other = sides if stream == "upstream" else reversed(sides)
        assert says_nothing(other, 0.2)
        watch = Watch()
        source.sendall(first) if first else source.shutdown(1)
        for side in (source, other):
            with pytest.raises(ConnectionResetError):
                side.recv(1)
        assert watch.ms >= 100


def test_slicer(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    api.toxic("slicer", "upstream", average_size=100, size_variation=20, delay=10_000)
    data = bytes(range(250)) * 4
    with connect(address) as client:
        server = quiet.connection()
        watch = Watch()
        client.sendall(data)
        pieces: list[bytes] = []
        while sum(len(piece) for piece in pieces) < len(data):
            pieces.append(server.recv(65536))
        assert b"".join(pieces) == data
        assert len(pieces) > 3
        assert watch.ms >= 70


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_limit_data(api: Api, quiet: Peer, stream: str) -> None:
    address = api.proxy(quiet.address)
    api.toxic("limit_data", stream, bytes=10)
    with connect(address) as client:
        sides = [client, quiet.connection()]
        source, sink = sides if stream == "upstream" else reversed(sides)
        source.sendall(b"0123456")
        assert read(sink, 7) == b"0123456"
        source.sendall(b"789abcdef")
        assert read_all(sink) == b"789"
        assert read_all(source) == b""


def test_limit_data_counts_from_when_it_was_added(api: Api, echoing: Peer) -> None:
    with connect(api.proxy(echoing.address)) as client:
        client.sendall(b"before")
        assert read(client, 6) == b"before"
        api.toxic("limit_data", bytes=4)
        client.sendall(b"after")
        assert read_all(client) == b"afte"


def test_noop(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("noop")
    with connect(address) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


def test_toxicity_is_a_share_of_connections_and_none_changes(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("limit_data", "upstream", toxicity=0.5, bytes=0)  # closes with the first data
    number, passed = 60, 0
    for _ in range(number):
        with connect(address) as client:
            client.sendall(b"x")
            if client.recv(1):
                passed += 1
                for _ in range(5):
                    client.sendall(b"y")
                    assert read(client, 1) == b"y"
    assert number * 0.2 < passed < number * 0.8
