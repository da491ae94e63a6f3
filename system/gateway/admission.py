"""Which requests are let in: those whose head says one thing, and so many at one time.

Beyond that number an instance says at once that it is busy, and serves the rest well. A header field that stands for one thing
and comes twice would be read as one of the two, and by another server on the way as the other.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from system.common.errors import InvalidArgument, Unavailable
from system.gateway.problems import problem

ALWAYS = ("/health/", "/metrics")
"""What is told whoever is served: how this instance is."""


ONCE = frozenset({b"authorization", b"content-encoding", b"content-type", b"host", b"idempotency-key"})


class Heads:
    """Refuses requests in which a field of `ONCE` comes more than once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 400."""
        if scope["type"] == "http" and (twice := _twice(scope)):
            name = twice.title()
            error = InvalidArgument(
                f"the header {name} comes more than once", reason=f"{twice.upper().replace('-', '_')}_INVALID"
            )
            # A body that is not read makes the connection useless.
            await problem(error, scope, headers={"connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _twice(scope: Scope) -> str:
    """A field that comes more than once and must not; "" for none."""
    names = [name for name, _ in scope["headers"] if name in ONCE]
    return next((name.decode() for name in names if names.count(name) > 1), "")


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
