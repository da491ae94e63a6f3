"""The proxies of one server by name: what the control API does, without HTTP.

Only names are ever waited for (a host to listen on that has to be looked up). Everything is decided and done after that, in one
go, so that requests at the same time never see or leave anything half-way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.proxy.address import resolve
from harness.proxy.errors import ProxyAlreadyExists, ProxyNotFound
from harness.proxy.proxy import Proxy
from harness.proxy.request import ProxyChange, ProxyRequest
from harness.seed import Seed


class Proxies:
    """All randomness of theirs comes from `seed`."""

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self._proxies: dict[str, Proxy] = {}

    def __iter__(self) -> Iterator[Proxy]:
        """By name."""
        return iter([self._proxies[name] for name in sorted(self._proxies)])

    def get(self, name: str) -> Proxy:
        """The proxy of that name. Raises ProxyNotFound."""
        if (proxy := self._proxies.get(name)) is None:
            raise ProxyNotFound
        return proxy

    async def create(self, wanted: ProxyRequest) -> Proxy:
        """Add a proxy. Raises ProxyAlreadyExists, ListenFailed."""
        self._require_unused(wanted.name)
        address = await resolve(wanted.listen) if wanted.enabled else None
        self._require_unused(wanted.name)
        proxy = Proxy(wanted.name, wanted.listen, wanted.upstream, self.seed)
        if address is not None:
            proxy.enable(address)
        self._proxies[wanted.name] = proxy
        return proxy

    async def populate(self, wanted: Sequence[ProxyRequest]) -> list[Proxy]:
        """Have these among the others; one that differs is replaced and loses toxics and counters. Raises ListenFailed."""
        return [await self._create_or_replace(each) for each in wanted]

    async def update(self, name: str, change: ProxyChange) -> Proxy:
        """Change a proxy, keeping its toxics; other addresses cut its connections. Raises ProxyNotFound, ListenFailed."""
        proxy = self.get(name)
        listen = proxy.listen if change.listen is None else change.listen
        enabled = proxy.enabled if change.enabled is None else change.enabled
        address = await resolve(listen) if enabled else None
        if self.get(name) is not proxy:
            raise ProxyNotFound
        upstream = proxy.upstream if change.upstream is None else change.upstream
        if address is None:
            proxy.disable()
            proxy.move(listen, upstream)
            return proxy
        elsewhere = upstream != proxy.upstream or proxy.listen != str(address)
        proxy.enable(address)  # first, as it is what can fail
        if elsewhere:
            proxy.cut()
            proxy.upstream = upstream
        return proxy

    def delete(self, name: str) -> None:
        """Remove a proxy. Raises ProxyNotFound."""
        self.get(name).disable()
        del self._proxies[name]

    async def reset(self, seed: Seed | None = None) -> None:
        """Enable every proxy and remove all toxics; connections stay. Raises ListenFailed.

        With a seed, what is random comes from that from now on.
        """
        self.seed = seed or self.seed
        for proxy in self:
            address = await resolve(proxy.listen)
            if self._proxies.get(proxy.name) is proxy:
                if not proxy.enabled:
                    proxy.enable(address)
                proxy.clear()
                if seed is not None:
                    proxy.reseed(seed)

    def close(self) -> None:
        """Remove all of them."""
        for name in list(self._proxies):
            self.delete(name)

    async def _create_or_replace(self, wanted: ProxyRequest) -> Proxy:
        address = await resolve(wanted.listen) if wanted.enabled else None
        there = self._proxies.get(wanted.name)
        if there is not None:
            if there.upstream == wanted.upstream and there.listen in (wanted.listen, str(address)):
                return there
            self.delete(wanted.name)
        return await self.create(wanted if address is None else replace(wanted, listen=str(address)))

    def _require_unused(self, name: str) -> None:
        if name in self._proxies:
            raise ProxyAlreadyExists
