"""A server that runs already and that the stack does not own, at TOXIPROXY_URL.

What a stack makes on it is removed when the stack stops; when the stack is killed it stays: the guard does not clean it.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from harness.seed import Seed
from harness.stack.carriers.carrier import RunningCarrier
from harness.stack.ports import HOST
from harness.stack.probes import http_get
from harness.stack.provider import Site
from harness.waiting import NotYet

URL = "TOXIPROXY_URL"


class Given:
    """It has to be on this machine's network: listeners and upstreams are on the loopback address."""

    engine: Path | None = None

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._url = environ.get(URL, "").rstrip("/")

    @property
    def name(self) -> str:
        """See Carrier."""
        return f"Toxiproxy at {self._url}"

    def obstacle(self) -> str:
        """See Carrier."""
        if not self._url:
            return f"{URL} is not set"
        try:
            where = urlsplit(self._url)
            port = where.port or 0
        except ValueError as error:
            return f"{URL}={self._url} is no address: {error}"
        if where.hostname not in (HOST, "localhost") or not port:
            return f"{URL}={self._url} is not a port of {HOST}"
        try:
            http_get(port, "/version")
        except NotYet as reason:
            return f"nothing answers at {URL}={self._url} ({reason})"
        return ""

    def prepare(self, say: Callable[[str], None]) -> None:
        """See Carrier."""

    def start(self, site: Site, seed: Seed) -> RunningCarrier:
        """See Carrier; it runs already: `seed` is not used."""
        return RunningCarrier(self._url)
