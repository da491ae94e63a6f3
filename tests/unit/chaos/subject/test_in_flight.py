"""What counts as stuck is what was taken since one began to look, and only when it does not move any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.subject import in_flight


class Metrics:
    """An instance's figures."""

    taken, handling = 5, 2


@contextmanager
def serving(metrics: Metrics) -> Iterator[Any]:
    """A stack whose instances all tell these figures."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = f'consumer_batch_size_sum{{queue="order.place"}} {metrics.taken}\n'
            text += f'consumer_handling{{queue="order.place"}} {metrics.handling}\n'
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield SimpleNamespace(address=lambda _instance, _port: f"127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "STUCK_S", 0.0)


async def test_what_was_in_hand_before_is_not_what_is_looked_for() -> None:
    metrics = Metrics()
    with serving(metrics) as stack:
        look = await in_flight.stuck(stack, "order-1")
        assert await look() == 0
        metrics.taken, metrics.handling = 8, 3
        assert await look() == 3


async def test_nothing_is_in_flight_when_nothing_is_handled() -> None:
    metrics = Metrics()
    with serving(metrics) as stack:
        look = await in_flight.busy(stack, "order-1")
        assert await look() == 2
        metrics.handling = 0
        assert await look() == 0
