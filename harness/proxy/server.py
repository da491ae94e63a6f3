"""A proxy server: control API and data in one event loop, as a library; `python -m harness.proxy` is the same as a process."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType

import uvicorn

from harness.proxy.address import LOOPBACK, Address
from harness.proxy.api import ControlApi
from harness.proxy.proxies import Proxies
from harness.seed import Seed
from harness.waiting import wait_until_async

_STOP_S = 5.0


class ProxyServer:
    """`async with ProxyServer(seed=Seed(7)) as server:` serves at `server.url`; `proxies` is the same without HTTP.

    Afterwards every connection is closed and every port is free. Port 0 is any free one.
    """

    def __init__(self, host: str = LOOPBACK, port: int = 0, seed: Seed | None = None) -> None:
        self.seed = seed or Seed.fresh()
        self.proxies = Proxies(self.seed)
        self._address = Address(host, port)

    @property
    def url(self) -> str:
        """Where the control API is."""
        return f"http://{self._address}"

    async def start(self) -> None:
        """Serve. Raises OSError when the port is taken."""
        self._socket = socket.create_server((self._address.host, self._address.port))
        self._address = Address(*self._socket.getsockname()[:2])
        config = uvicorn.Config(
            ControlApi(self.proxies).application(),
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
        self._http = _HttpServer(config)
        self._serving = asyncio.create_task(self._http.serve([self._socket]))
        await wait_until_async(self._started, what="control API", timeout_s=10, poll_s=0.001)

    async def stop(self) -> None:
        """Close every connection, free every port."""
        proxies = list(self.proxies)
        self._http.should_exit = True
        self.proxies.close()
        await self._serving
        self.proxies.close()

        async def gone() -> bool:
            return not any(proxy.open_connections for proxy in proxies)

        await wait_until_async(gone, what="connections closed", timeout_s=_STOP_S, poll_s=0.001)

    async def __aenter__(self) -> "ProxyServer":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _started(self) -> bool:
        if self._serving.done():
            await self._serving
        return self._http.started


class _HttpServer(uvicorn.Server):
    """Leaves the signals of the process to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield
