"""Asynchronous typed client of the control API, also for a real Toxiproxy, which reports fewer effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
import stamina

from harness.direction import Direction
from harness.proxy.request import ProxyRequest, require_addressable
from harness.proxy.toxiproxy_metrics import Counted, counted

_TIMEOUT_S = 10.0
_ASK_AGAIN = stamina.AsyncRetryingCaller(attempts=3, timeout=_TIMEOUT_S, wait_initial=0.05, wait_jitter=0)
"""Reading is repeated when the connection ends before the answer, as one through a container's published port may do."""


class ProxyApiError(Exception):
    """The server refused; `status` is the HTTP status, the message is the server's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ToxicState:
    """A toxic as the server has it."""

    name: str
    type: str
    stream: Direction
    toxicity: float
    attributes: Mapping[str, int]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "ToxicState":
        """From a reply."""
        return cls(body["name"], body["type"], Direction(body["stream"]), body["toxicity"], body["attributes"])


@dataclass(frozen=True)
class ProxyState:
    """A proxy as the server has it."""

    name: str
    listen: str
    upstream: str
    enabled: bool
    toxics: tuple[ToxicState, ...]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "ProxyState":
        """From a reply."""
        toxics = tuple(map(ToxicState.of, body["toxics"]))
        return cls(body["name"], body["listen"], body["upstream"], body["enabled"], toxics)


@dataclass(frozen=True)
class ConnectionCounts:
    """Connections so far by what became of them, and those open now."""

    accepted: int
    unreachable: int
    cut: int
    reset: int
    open: int


@dataclass(frozen=True)
class FlowCounts:
    """Bytes of one direction: received = passed + dropped + held."""

    received: int
    passed: int
    dropped: int
    held: int

    @classmethod
    def counted(cls, flow: Counted) -> "FlowCounts":
        """From a real Toxiproxy, of connections that have ended; see EffectsState for what `dropped` may hold there."""
        return cls(flow.received, flow.sent, max(0, flow.received - flow.sent), 0)


@dataclass(frozen=True)
class ToxicCounts:
    """What toxics of one name have done so far.

    They acted on so many connections, bytes and ends of streams came to them, they closed so many streams, and they released
    so many bytes that they had held when they were changed or removed.
    """

    connections: int
    bytes: int
    ends: int
    closed: int
    released: int = 0


@dataclass(frozen=True)
class EffectsState:
    """What a proxy has done to traffic; `toxics` has those that were removed, too.

    `complete` is False of a real Toxiproxy, which counts bytes and nothing else. Then
    - connections and `toxics` are all zero or empty: that proves nothing, in either direction;
    - a connection's bytes are not in the figures before it has ended, and held bytes never are;
    - the figures outlive a deleted proxy of the same name: only a difference to figures taken before counts, or a name that
      was never used on that server;
    - `dropped` is what came in and was not sent. Where a write to the destination failed, everything that connection sent
      counts as dropped: beside a peer that was killed or reset, it proves no toxic.
    """

    connections: ConnectionCounts
    upstream: FlowCounts
    downstream: FlowCounts
    toxics: Mapping[str, ToxicCounts]
    complete: bool = True

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "EffectsState":
        """From a reply."""
        return cls(
            ConnectionCounts(**body["connections"]),
            FlowCounts(**body["upstream"]),
            FlowCounts(**body["downstream"]),
            {name: ToxicCounts(**counts) for name, counts in body["toxics"].items()},
        )

    @classmethod
    def counted(cls, flows: Mapping[Direction, Counted]) -> "EffectsState":
        """From a real Toxiproxy's counters."""
        upstream, downstream = (
            FlowCounts.counted(flows[direction]) for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM)
        )
        return cls(ConnectionCounts(0, 0, 0, 0, 0), upstream, downstream, {}, complete=False)

    def flow(self, stream: Direction) -> FlowCounts:
        """One direction."""
        return self.upstream if stream is Direction.UPSTREAM else self.downstream


class ProxyClient:
    """`async with ProxyClient("http://127.0.0.1:8474") as client:`. Calls raise ProxyApiError and httpx.TransportError.

    Names go into URLs; one that could not be addressed afterwards (see `request`) raises ValueError before it is sent.
    """

    def __init__(self, url: str, timeout_s: float = _TIMEOUT_S) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=timeout_s, trust_env=False)

    async def version(self) -> str:
        """The server's version."""
        return str((await self._call("GET", "/version"))["version"])

    async def proxies(self) -> dict[str, ProxyState]:
        """All proxies by name."""
        return {name: ProxyState.of(body) for name, body in (await self._call("GET", "/proxies")).items()}

    async def proxy(self, name: str) -> ProxyState:
        """One proxy."""
        return ProxyState.of(await self._call("GET", _path(name)))

    async def create(self, name: str, upstream: str, listen: str = "127.0.0.1:0", *, enabled: bool = True) -> ProxyState:
        """Add a proxy; `listen` of the answer has its port."""
        return ProxyState.of(await self._call("POST", "/proxies", _body(ProxyRequest(name, listen, upstream, enabled))))

    async def populate(self, wanted: Sequence[ProxyRequest]) -> tuple[ProxyState, ...]:
        """Have these proxies, leaving alone those that are there already, with one request."""
        body = await self._call("POST", "/populate", [_body(each) for each in wanted])
        return tuple(map(ProxyState.of, body["proxies"]))

    async def enable(self, name: str) -> ProxyState:
        """Accept connections again, on the same port."""
        return await self._update(name, {"enabled": True})

    async def disable(self, name: str) -> ProxyState:
        """Cut all connections and refuse new ones."""
        return await self._update(name, {"enabled": False})

    async def redirect(self, name: str, upstream: str) -> ProxyState:
        """Change the upstream; open connections are cut."""
        return await self._update(name, {"upstream": upstream})

    async def delete(self, name: str) -> None:
        """Remove a proxy."""
        await self._call("DELETE", _path(name))

    async def toxics(self, proxy: str) -> tuple[ToxicState, ...]:
        """The toxics of a proxy."""
        return tuple(map(ToxicState.of, await self._call("GET", _path(proxy, "toxics"))))

    async def add_toxic(
        self,
        proxy: str,
        kind: str,
        *,
        stream: Direction = Direction.DOWNSTREAM,
        name: str | None = None,
        toxicity: float = 1.0,
        **attributes: int,
    ) -> ToxicState:
        """Add a toxic; it is called <kind>_<stream> unless `name` says otherwise."""
        body = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        if name is not None:
            require_addressable(name)
            body |= {"name": name}
        return ToxicState.of(await self._call("POST", _path(proxy, "toxics"), body))

    async def update_toxic(self, proxy: str, name: str, *, toxicity: float | None = None, **attributes: int) -> ToxicState:
        """Change some attributes, or the toxicity."""
        body: dict[str, Any] = {"attributes": attributes}
        body |= {} if toxicity is None else {"toxicity": toxicity}
        return ToxicState.of(await self._call("PATCH", _path(proxy, "toxics", name), body))

    async def remove_toxic(self, proxy: str, name: str) -> None:
        """Remove a toxic; bytes it held are delivered."""
        await self._call("DELETE", _path(proxy, "toxics", name))

    async def reset(self) -> None:
        """Enable all proxies, remove all toxics."""
        await self._call("POST", "/reset")

    async def effects(self, name: str) -> EffectsState:
        """What a proxy has done to traffic so far; of a real Toxiproxy, what its counters tell (see `toxiproxy_metrics`).

        Raises ProxyApiError 404 as well when that was started without `-proxy-metrics`.
        """
        try:
            return EffectsState.of(await self._call("GET", _path(name, "effects")))
        except ProxyApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
        await self.proxy(name)  # which is there: it is the page that is not
        response = await self._send("GET", "/metrics")
        if not response.is_success:
            raise ProxyApiError(response.status_code, "the server counts nothing: start it with -proxy-metrics")
        return EffectsState.counted(counted(response.text, name))

    async def __aenter__(self) -> "ProxyClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def _update(self, name: str, change: Mapping[str, Any]) -> ProxyState:
        return ProxyState.of(await self._call("PATCH", _path(name), change))

    async def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        if method != "GET":  # what may have been done is not done again
            return await self._http.request(method, path, json=body)
        return await _ASK_AGAIN(httpx.RemoteProtocolError, self._http.request, method, path)

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        response = await self._send(method, path, body)
        if response.is_success:
            return None if response.status_code == HTTPStatus.NO_CONTENT else response.json()
        try:
            message = response.json()["error"]
        except (ValueError, LookupError, TypeError):
            message = response.text.strip() or response.reason_phrase
        raise ProxyApiError(response.status_code, message)


def _path(*names: str) -> str:
    return "/".join(["/proxies", *(quote(name, safe="") for name in names)])


def _body(wanted: ProxyRequest) -> dict[str, Any]:
    return {"name": wanted.name, "listen": wanted.listen, "upstream": wanted.upstream, "enabled": wanted.enabled}
