"""How many requests are served at one time: beyond that an instance says at once that it is busy, and serves the rest well."""

from starlette.types import ASGIApp, Receive, Scope, Send

from system.common.errors import Unavailable
from system.gateway.problems import problem

ALWAYS = ("/health/", "/metrics")
"""What is told whoever is served: how this instance is."""


class Admission:
    """Lets `at_once` requests in."""

    def __init__(self, app: ASGIApp, at_once: int) -> None:
        self._app = app
        self._at_once = at_once
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 503."""
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            await self._app(scope, receive, send)
            return
        if self._here >= self._at_once:
            busy = Unavailable("this instance serves as many requests as it can", reason="BUSY", retry_after_s=1)
            await problem(busy, scope)(scope, receive, send)
            return
        self._here += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._here -= 1
