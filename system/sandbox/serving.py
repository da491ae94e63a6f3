"""Runs a sandbox's application until it is told to stop.

Guarantees: nothing but the address it is told is bound; SIGTERM and SIGINT end the process with status 0 within a few
seconds, also while a scripted delay is under way; a port that is taken ends it at once with another status.
"""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from system.sandbox.settings import SandboxSettings
from system.sandbox.web import HANG_UP

SECONDS_TO_FINISH = 2
IDLE_S = 75
"""How long an idle connection is kept: longer than clients do, or a request may be on its way when it is closed."""


class HangUpProtocol(HttpToolsProtocol):
    """Lets a request close its connection: applications cannot, by ASGI alone."""

    def on_message_begin(self) -> None:
        """Add the function to the scope of the request that begins."""
        super().on_message_begin()
        self.scope["state"][HANG_UP] = self.transport.close


class Server(uvicorn.Server):
    """A server that takes a signal as a request to stop, not as its own cause of death."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first SIGTERM or SIGINT, at once at the second."""
        loop = asyncio.get_running_loop()
        stops = (signal.SIGTERM, signal.SIGINT)
        for stop in stops:
            loop.add_signal_handler(stop, self.stop)
        try:
            yield
        finally:
            for stop in stops:
                loop.remove_signal_handler(stop)

    def stop(self) -> None:
        """Begin to stop."""
        self.force_exit = self.should_exit
        self.should_exit = True


def configuration(app: FastAPI, settings: SandboxSettings) -> uvicorn.Config:
    """How a sandbox is served."""
    return uvicorn.Config(
        app,
        host=settings.bind_host,
        port=settings.http_port,
        http=HangUpProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        timeout_keep_alive=IDLE_S,
    )


def serve(app: FastAPI, settings: SandboxSettings) -> None:
    """Serve until told to stop; raises `SystemExit` when the application cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line it reads
    asyncio.run(Server(configuration(app, settings)).serve())
