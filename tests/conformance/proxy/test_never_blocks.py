"""The control API answers whatever the data is doing: ten thousand calls under load, and the real server's ways to hang."""

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, black_hole, connect, ended, fill, read, refused

CALLS = 10_000
STUCK_S = 5.0  # a call that takes as long has been blocked; the real server takes 25
BLOCK = bytes(1 << 20)
BOUND = 64 << 20  # bytes that kernels and proxy may hold of a stream that nobody reads


class Control:
    """A connection to the control API that is kept alive, as cheap as can be. A call that is blocked raises TimeoutError."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._http = http.client.HTTPConnection(where.hostname or "", where.port, timeout=STUCK_S)
        self.calls = 0

    def call(self, method: str, path: str, body: Any = None) -> None:
        self._http.request(method, path, None if body is None else json.dumps(body))
        response = self._http.getresponse()
        content = response.read()
        assert response.status < 300, content
        self.calls += 1


class Talk:
    """A client that goes back and forth with an echo for as long as it lasts, connects again when it is cut off, and counts."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.round_trips = 0

    def _run(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError), connect(self._address) as connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while not self._over.is_set():
            connection.sendall(b"x" * 1000)
            if len(connection.recv(1000, socket.MSG_WAITALL)) < 1000:
                return
            self.round_trips += 1

    def __enter__(self) -> "Talk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def stuck(ours: Api, quiet: Peer) -> Iterator[socket.socket]:
    """A connection through the proxy "stuck" that is full up to its brim: the upstream does not read."""
    with connect(ours.proxy(quiet.address, "stuck")) as client:
        quiet.connection()
        assert 0 < fill(client) < BOUND
        yield client


def test_ten_thousand_calls_under_load(ours: Api, echoing: Peer, stuck: socket.socket) -> None:
    control = Control(ours.server.url)
    latency = {"type": "latency", "attributes": {"latency": 1, "jitter": 1}}
    with Talk(ours.proxy(echoing.address)) as steady, Talk(ours.proxy(echoing.address, "flapping")) as flapping:
        while control.calls < CALLS:
            for name in ("edge", "flapping", "stuck"):
                control.call("POST", f"/proxies/{name}/toxics", latency | {"stream": "upstream"})
                control.call("PATCH", f"/proxies/{name}/toxics/latency_upstream", {"attributes": {"latency": 2}})
                control.call("DELETE", f"/proxies/{name}/toxics/latency_upstream")
            for enabled in (False, True):
                control.call("PATCH", "/proxies/flapping", {"enabled": enabled})
    assert steady.round_trips > 100
    assert flapping.round_trips > 0
    assert ours.effects("flapping")["connections"]["cut"] > 10
    assert ours.effects("stuck")["connections"]["open"] == 1


def test_an_upstream_that_does_not_read_holds_up_neither_the_api_nor_others(
    ours: Api, stuck: socket.socket, echoing: Peer
) -> None:
    control = Control(ours.server.url)
    for kind in ("noop", "latency", "bandwidth"):
        control.call("POST", "/proxies/stuck/toxics", {"type": kind, "stream": "upstream"})
    control.call("PATCH", "/proxies/stuck/toxics/bandwidth_upstream", {"attributes": {"rate": 1}})
    control.call("DELETE", "/proxies/stuck/toxics/bandwidth_upstream")
    control.call("PATCH", "/proxies/stuck", {"enabled": False})
    assert ended(stuck)
    with connect(ours.proxy(echoing.address)) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


def test_an_upstream_that_does_not_answer_the_dial_holds_up_nothing(ours: Api) -> None:
    control = Control(ours.server.url)
    with black_hole() as upstream:
        address = ours.proxy(upstream)
        with connect(address) as client:
            client.sendall(b"hello?")
            control.call("PATCH", "/proxies/edge", {"enabled": False})
            assert ended(client)
        assert refused(address)
        control.call("PATCH", "/proxies/edge", {"enabled": True})
        with connect(address) as client:
            control.call("DELETE", "/proxies/edge")
            assert ended(client)


def test_what_crashes_the_real_server_is_refused(ours: Api) -> None:
    ours.proxy("127.0.0.1:9")
    for body in (
        {"type": "slicer"},
        {"type": "slicer", "attributes": {"average_size": -1}},
        {"type": "bandwidth", "attributes": {"rate": -1}},
        {"type": "noop", "toxicity": 1.1},
        {"type": "noop", "toxicity": -0.1},
    ):
        response = ours.call("POST", "/proxies/edge/toxics", body)
        assert response.status_code == 400
        assert response.json()["error"].startswith("bad request body: ")
    assert ours.done("GET", "/proxies/edge/toxics") == []
