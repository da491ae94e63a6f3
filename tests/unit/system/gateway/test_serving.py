"""An idle connection is closed by its client, not by the gateway under a request that is on its way."""

import httpx
from fastapi import FastAPI

from system.gateway.serving import configuration
from tests.unit.system.gateway.fakes import fake_shop


def test_an_idle_connection_is_kept_for_longer_than_clients_keep_theirs() -> None:
    clients_s = httpx.Limits().keepalive_expiry
    assert clients_s is not None
    assert configuration(FastAPI(), fake_shop().settings).timeout_keep_alive > 2 * clients_s
