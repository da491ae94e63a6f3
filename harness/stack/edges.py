"""Edges through a proxy: every edge from an instance to one of its targets has its own proxy, `order-1->redis-lock-2`.

Uses Toxiproxy's HTTP API, so that any server of that API serves. Blocking and thread-safe.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from harness.stack.errors import StackError
from harness.stack.ports import HOST, Ports

_TIMEOUT_S = 10.0
MEMBER = "proxy"
"""The member name of the process that carries the edges."""


class EdgeFailed(StackError):
    """The proxy server refused something, or does not answer."""


def edge_name(caller: str, target: str) -> str:
    """The name of the edge from one instance to a target."""
    return f"{caller}->{target}"


@dataclass(frozen=True)
class ProxiedEdge:
    """One edge that can be broken. It has the capability Cuttable."""

    url: str
    name: str

    def cut(self) -> None:
        """Close its connections and refuse new ones until `mend`. Raises EdgeFailed."""
        _call(self.url, "POST", f"/proxies/{quote(self.name, safe='')}", {"enabled": False})

    def mend(self) -> None:
        """Accept connections again; no effect on an edge that is not cut. Raises EdgeFailed."""
        _call(self.url, "POST", f"/proxies/{quote(self.name, safe='')}", {"enabled": True})


class Edges:
    """Makes the proxies of a stack, one per edge, on ports of the stack."""

    def __init__(self, url: str, ports: Ports) -> None:
        self.url = url
        self._ports = ports
        self._lock = threading.Lock()
        self._listening: dict[str, str] = {}

    @property
    def listening(self) -> Mapping[str, str]:
        """host:port by edge, of all that were made."""
        with self._lock:
            return dict(self._listening)

    def through(self, name: str, upstream: str) -> str:
        """host:port of the proxy of an edge, made when there is none yet. Raises EdgeFailed."""
        with self._lock:
            if name not in self._listening:
                listen = f"{HOST}:{self._ports.free()}"
                wanted = {"name": name, "listen": listen, "upstream": upstream, "enabled": True}
                _call(self.url, "POST", "/proxies", wanted)
                self._listening[name] = listen
            return self._listening[name]

    def remove(self) -> None:
        """Remove the proxies from a server that the stack does not own. Raises EdgeFailed."""
        with self._lock:
            for name in list(self._listening):
                _call(self.url, "DELETE", f"/proxies/{quote(name, safe='')}", None)
                del self._listening[name]


def _call(url: str, method: str, path: str, body: Mapping[str, Any] | None) -> None:
    try:
        response = httpx.request(method, f"{url}{path}", json=body, timeout=_TIMEOUT_S, trust_env=False)
    except httpx.TransportError as error:
        raise EdgeFailed(f"the proxy at {url} does not answer: {type(error).__name__}: {error}") from error
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise EdgeFailed(f"{method} {path} at the proxy was answered {response.status_code}: {response.text.strip()}")
