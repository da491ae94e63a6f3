"""A broker that is not ready yet, as the probe meets it: real sockets, and nobody behind them who speaks AMQP to the end."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.stack import probes
from harness.stack.ports import HOST
from harness.waiting import NotYet

PATIENCE_S = 5.0
HEADER_SIZE = 8


@contextmanager
def peer(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of somebody who treats every connection like this."""
    server = socket.create_server((HOST, 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the server was closed
            threading.Thread(target=behave, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(PATIENCE_S)


def hang_up(connection: socket.socket) -> None:
    connection.close()


def speak_http(connection: socket.socket) -> None:
    connection.recv(HEADER_SIZE)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


def want_another_version(connection: socket.socket) -> None:
    connection.recv(HEADER_SIZE)
    connection.sendall(b"AMQP\x00\x01\x00\x00")
    connection.close()


@pytest.mark.parametrize("behave", [hang_up, speak_http, want_another_version])
def test_who_does_not_let_us_in_is_not_ready(
    behave: Callable[[socket.socket], None], capfd: pytest.CaptureFixture[str]
) -> None:
    with peer(behave) as port, pytest.raises(NotYet, match=f"amqp on port {port}: ."):
        probes.amqp(port, "user", "secret", "shop")
    assert capfd.readouterr() == ("", "")


def test_who_says_nothing_is_not_ready_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "ATTEMPT_S", 0.2)
    kept: list[socket.socket] = []
    began = time.monotonic()
    with peer(kept.append) as port, pytest.raises(NotYet, match="TimeoutError"):
        probes.amqp(port, "user", "secret", "shop")
    assert time.monotonic() - began < PATIENCE_S


def test_nobody_there_is_not_ready_and_costs_no_log_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotYet, match=f"port {port}: "):
        probes.amqp(port, "user", "secret", "shop")
    assert capfd.readouterr() == ("", "")


async def test_it_can_be_asked_while_an_event_loop_runs() -> None:
    asyncio.get_running_loop()
    with peer(hang_up) as port, pytest.raises(NotYet):
        probes.amqp(port, "user", "secret", "shop")
