"""An idle connection is closed by its client, not by a sandbox under a request that is on its way."""

import httpx
from fastapi import FastAPI

from system.sandbox.serving import configuration
from system.sandbox.settings import SandboxSettings


def test_an_idle_connection_is_kept_for_longer_than_clients_keep_theirs() -> None:
    clients_s = httpx.Limits().keepalive_expiry
    assert clients_s is not None
    assert configuration(FastAPI(), SandboxSettings(http_port=1)).timeout_keep_alive > 2 * clients_s
