"""Every test here runs once per server there is; the header, or else the summary, says which those are."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conformance.proxy.peers import Peer, echo, serving, silent
from tests.conformance.proxy.servers import KINDS, OURS, ProxyServerUnderTest, description, notes

_said: set[str] = set()


def pytest_report_header() -> str:
    _said.add("header")
    return description()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _said:  # this file was found too late for the header
        terminalreporter.write_line(description())
    for note in notes:
        terminalreporter.write_line(f"proxy conformance: {note}")


class Api:
    """The control API over raw HTTP."""

    def __init__(self, server: ProxyServerUnderTest) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=30, trust_env=False)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, **options)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """What a successful call answers."""
        response = self.call(method, path, body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def proxy(self, upstream: str, name: str = "edge", **more: Any) -> str:
        """Create a proxy; the address it listens on."""
        body = {"name": name, "listen": "127.0.0.1:0", "upstream": upstream, **more}
        listen: str = self.done("POST", "/proxies", body)["listen"]
        return listen

    def toxic(
        self, kind: str, stream: str = "downstream", proxy: str = "edge", toxicity: float = 1.0, **attributes: int
    ) -> Any:
        body = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        return self.done("POST", f"/proxies/{proxy}/toxics", body)

    def effects(self, proxy: str = "edge") -> Any:
        """Ours only."""
        return self.done("GET", f"/proxies/{proxy}/effects")

    def clear(self) -> None:
        for name in self.done("GET", "/proxies"):
            self.done("DELETE", f"/proxies/{name}")


@pytest.fixture(scope="session", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[ProxyServerUnderTest]:
    with KINDS[request.param]() as under_test:
        yield under_test


@pytest.fixture
def api(server: ProxyServerUnderTest) -> Iterator[Api]:
    yield from _used(server)


@pytest.fixture(scope="session")
def our_server() -> Iterator[ProxyServerUnderTest]:
    with KINDS[OURS]() as under_test:
        yield under_test


@pytest.fixture
def ours(our_server: ProxyServerUnderTest) -> Iterator[Api]:
    """For what only our server promises."""
    yield from _used(our_server)


def _used(server: ProxyServerUnderTest) -> Iterator[Api]:
    api = Api(server)
    api.clear()
    try:
        yield api
    finally:
        api.clear()
        api.http.close()


@pytest.fixture
def echoing() -> Iterator[Peer]:
    with serving(echo) as peer:
        yield peer


@pytest.fixture
def quiet() -> Iterator[Peer]:
    with serving(silent) as peer:
        yield peer
