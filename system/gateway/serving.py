"""Runs the application until it is told to stop, then finishes what is in flight."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from system.common.telemetry import log
from system.gateway import protocol
from system.gateway.settings import GatewaySettings

IDLE_S = 75
"""How long an idle connection is kept: longer than clients do (5 to 60 s), or a request may be on its way when it is closed,
and its sender cannot know what became of it.
"""


class Server(uvicorn.Server):
    """A server that takes a signal as a request to stop, not as its own cause of death: what is around it closes in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Drain at the first SIGTERM or SIGINT, stop at once at the second."""
        loop = asyncio.get_running_loop()
        stops = (signal.SIGTERM, signal.SIGINT)
        for stop in stops:
            loop.add_signal_handler(stop, self._stop)
        try:
            yield
        finally:
            for stop in stops:
                loop.remove_signal_handler(stop)

    def _stop(self) -> None:
        log.info("draining", service="gateway")
        self.force_exit = self.should_exit
        self.should_exit = True


def configuration(app: ASGIApp, settings: GatewaySettings) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,
        host=settings.bind_host,
        port=settings.http_port,
        http=protocol.within(settings.head_timeout_s),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),  # the address counts for limits: a header is the client's to choose
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=max(1, round(settings.drain_timeout_s)),
        timeout_keep_alive=IDLE_S,
    )


async def serve(app: ASGIApp, settings: GatewaySettings) -> None:
    """Serve until told to stop. Raises SystemExit when the port is taken."""
    await Server(configuration(app, settings)).serve()
