"""What clients and upstreams see of a proxy without toxics."""

import threading

import pytest

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import (
    Peer,
    connect,
    ended,
    read,
    read_all,
    refused,
    reset_on_close,
    says_nothing,
    serving,
    silent,
)


def test_bytes_go_both_ways_unchanged(api: Api, echoing: Peer) -> None:
    data = bytes(range(256)) * 4096
    with connect(api.proxy(echoing.address)) as client:
        client.settimeout(30)
        for _ in range(4):
            client.sendall(data[: 64 * 1024])
            assert read(client, 64 * 1024) == data[: 64 * 1024]


def test_a_large_transfer_arrives_whole(api: Api, quiet: Peer) -> None:
    data = bytes(range(251)) * 40_000
    with connect(api.proxy(quiet.address)) as client:
        server = quiet.connection()
        # More than all buffers on the way hold: the sender is slowed down to the pace of the reader.
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        assert read(server, len(data)) == data
        sender.join()


def test_the_upstream_is_dialled_at_once_and_may_speak_first(api: Api) -> None:
    with serving(lambda connection: connection.sendall(b"hello")) as greeter, connect(api.proxy(greeter.address)) as client:
        assert read(client, 5) == b"hello"


def test_a_connection_without_a_word_reaches_the_upstream(api: Api, quiet: Peer) -> None:
    with connect(api.proxy(quiet.address)):
        assert quiet.connection()


def test_an_upstream_that_refuses_is_an_end_of_stream(api: Api) -> None:
    with serving(silent) as gone:
        address = gone.address
    with connect(api.proxy(address)) as client:
        assert ended(client)


def test_an_upstream_that_does_not_exist_is_an_end_of_stream(api: Api) -> None:
    with connect(api.proxy("no-such-host.invalid:1")) as client:
        assert ended(client)


def test_the_client_closes(api: Api, quiet: Peer) -> None:
    with connect(api.proxy(quiet.address)) as client:
        server = quiet.connection()
        client.sendall(b"last words")
    assert read_all(server) == b"last words"


def test_the_upstream_closes(api: Api, quiet: Peer) -> None:
    with connect(api.proxy(quiet.address)) as client:
        server = quiet.connection()
        server.sendall(b"last words")
        server.close()
        assert read_all(client) == b"last words"


@pytest.mark.parametrize("closing", ["client", "server"])
def test_half_an_end_is_a_whole_one(api: Api, quiet: Peer, closing: str) -> None:
    with connect(api.proxy(quiet.address)) as client:
        sides = {"client": client, "server": quiet.connection()}
        first = sides.pop(closing)
        (other,) = sides.values()
        first.sendall(b"question")
        first.shutdown(1)
        assert read_all(other) == b"question"
        assert ended(first)


def test_a_reset_ends_the_other_side(api: Api, quiet: Peer) -> None:
    client = connect(api.proxy(quiet.address))
    server = quiet.connection()
    reset_on_close(client)
    assert ended(server)


def test_disabling_ends_connections_and_refuses_new_ones(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    with connect(address) as client:
        server = quiet.connection()
        body = api.done("PATCH", "/proxies/edge", {"enabled": False})
        assert (body["enabled"], body["listen"]) == (False, address)
        assert ended(client)
        assert ended(server)
    assert refused(address)


def test_enabling_again_uses_the_same_port_and_the_same_toxics(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("latency", latency=1)
    api.done("PATCH", "/proxies/edge", {"enabled": False})
    body = api.done("PATCH", "/proxies/edge", {"enabled": True})
    assert (body["listen"], len(body["toxics"])) == (address, 1)
    with connect(address) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


def test_deleting_ends_connections(api: Api, quiet: Peer) -> None:
    address = api.proxy(quiet.address)
    with connect(address) as client:
        server = quiet.connection()
        api.done("DELETE", "/proxies/edge")
        assert ended(client)
        assert ended(server)
    assert refused(address)


def test_another_upstream_ends_connections_and_is_used_for_new_ones(api: Api, quiet: Peer, echoing: Peer) -> None:
    address = api.proxy(quiet.address)
    with connect(address) as client:
        quiet.connection()
        api.done("PATCH", "/proxies/edge", {"upstream": echoing.address})
        assert ended(client)
    with connect(address) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


def test_connections_do_not_mind_each_other(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    clients = [connect(address) for _ in range(50)]
    for number, client in enumerate(clients):
        client.sendall(b"%04d" % number)
    for number, client in enumerate(clients):
        assert read(client, 4) == b"%04d" % number
    clients[0].close()
    assert says_nothing(clients[1], 0.05)
    for client in clients:
        client.close()
