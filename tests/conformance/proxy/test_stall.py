"""stall, a toxic that only our server has: bytes are held and arrive late and complete, however many there are."""

import contextlib
import socket
import threading

import pytest

from harness.proxy.toxics.stall import Stall
from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, ended, read, read_all, says_nothing, serving
from tests.conformance.proxy.test_effects import balanced, settled

WAIT_S = 0.2
KERNEL_BOUND = 64 << 20  # bytes that the kernels of both sides may take


def stall(api: Api, *streams: str) -> None:
    for stream in streams or ("upstream", "downstream"):
        api.toxic("stall", stream)


def release(api: Api, *streams: str) -> None:
    for stream in streams or ("upstream", "downstream"):
        api.done("DELETE", f"/proxies/edge/toxics/stall_{stream}")


def greet(connection: socket.socket) -> None:
    connection.sendall(b"220 ready")
    with contextlib.suppress(OSError):
        connection.recv(1)


def test_bytes_of_both_streams_wait_and_arrive_in_order_and_the_connection_goes_on(ours: Api, quiet: Peer) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        server = quiet.connection()
        stall(ours)
        for piece in (b"one ", b"two ", b"three"):
            client.sendall(piece)
            server.sendall(piece.upper())
        assert says_nothing(server, WAIT_S)
        assert says_nothing(client, WAIT_S)
        release(ours)
        assert read(server, 13) == b"one two three"
        assert read(client, 13) == b"ONE TWO THREE"
        client.sendall(b"on")
        assert read(server, 2) == b"on"


def test_the_other_stream_flows(ours: Api, quiet: Peer) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        stall(ours, "upstream")
        client.sendall(b"held")
        quiet.connection().sendall(b"other way")
        assert read(client, 9) == b"other way"


@pytest.mark.parametrize("closing", ["upstream", "downstream"])
def test_an_end_of_stream_waits_too(ours: Api, quiet: Peer, closing: str) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        server = quiet.connection()
        source, other = (client, server) if closing == "upstream" else (server, client)
        stall(ours)
        source.sendall(b"last words")
        source.shutdown(socket.SHUT_WR)
        assert says_nothing(other, WAIT_S)
        release(ours)
        assert read_all(other) == b"last words"
        assert ended(source)


def test_a_connection_that_is_opened_meanwhile_is_accepted_and_silent(ours: Api) -> None:
    with serving(greet) as peer:
        address = ours.proxy(peer.address)
        stall(ours)
        with connect(address) as client:
            assert says_nothing(client, WAIT_S)
            release(ours)
            assert read(client, 9) == b"220 ready"


def test_a_sender_meets_back_pressure_and_every_byte_arrives_once_it_is_over(ours: Api, quiet: Peer) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        server = quiet.connection()
        stall(ours, "upstream")
        block, sent = bytes(range(256)) * 4096, 0
        client.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while sent < KERNEL_BOUND:
                sent += client.send(block[sent % len(block) :])
        assert sent < KERNEL_BOUND
        held = ours.effects()["upstream"]["held"]
        assert Stall.capacity / 2 < held < Stall.capacity + (1 << 20)
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(read(server, sent)))
        reader.start()
        release(ours, "upstream")
        reader.join(20)
        assert received[0] == (block * (sent // len(block) + 1))[:sent]


@pytest.mark.parametrize("change", [{"enabled": False}, {"upstream": "127.0.0.1:9"}])
def test_closing_drops_what_is_held(ours: Api, quiet: Peer, change: dict[str, object]) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        server = quiet.connection()
        stall(ours)
        client.sendall(b"lost")
        settled(ours, ["upstream", "held"], 4)
        ours.done("PATCH", "/proxies/edge", change)
        assert read_all(server) == b""
        assert ended(client)
    effects = settled(ours, ["connections", "open"], 0)
    assert effects["upstream"] == {"received": 4, "passed": 0, "dropped": 4, "held": 0}


def test_effects_prove_what_was_held_and_what_was_released(ours: Api, quiet: Peer) -> None:
    with connect(ours.proxy(quiet.address)) as client:
        stall(ours, "upstream")
        client.sendall(b"late")
        held = settled(ours, ["upstream", "held"], 4)
        assert held["toxics"]["stall_upstream"] == {"connections": 1, "bytes": 4, "ends": 0, "closed": 0, "released": 0}
        ours.done("POST", "/reset")
        assert read(quiet.connection(), 4) == b"late"
        effects = settled(ours, ["upstream", "passed"], 4)
    assert effects["toxics"]["stall_upstream"]["released"] == 4
    assert balanced(held)
    assert balanced(effects)
