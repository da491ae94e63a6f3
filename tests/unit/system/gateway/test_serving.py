"""How the application is served: idle connections are the client's to close, and who a client is cannot be chosen by it."""

from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from system.gateway.parts import address_of
from system.gateway.serving import configuration
from tests.unit.system.gateway.fakes import fake_shop


def test_an_idle_connection_is_kept_for_longer_than_clients_keep_theirs() -> None:
    clients_s = httpx.Limits().keepalive_expiry
    assert clients_s is not None
    assert configuration(FastAPI(), fake_shop().settings).timeout_keep_alive > 2 * clients_s


@pytest.mark.parametrize(
    ("trusted", "forwarded", "client"),
    [
        ("", "192.0.2.9", "10.0.0.1"),
        ("10.0.0.0/8", "192.0.2.9", "192.0.2.9"),
        ("10.0.0.0/8", "6.6.6.6, 192.0.2.9", "192.0.2.9"),
        ("10.0.0.0/8", "192.0.2.9, 10.1.1.1", "192.0.2.9"),
        ("10.2.0.0/16, 127.0.0.1", "192.0.2.9", "10.0.0.1"),
    ],
)
async def test_a_client_is_where_a_trusted_proxy_says_it_is(trusted: str, forwarded: str, client: str) -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(await address_of(Request(scope)))

    chosen = configuration(app, fake_shop(trusted_proxies=trusted).settings)
    chosen.load()
    scope = {"type": "http", "headers": [(b"x-forwarded-for", forwarded.encode())], "client": ("10.0.0.1", 1)}
    await chosen.loaded_app(cast(Any, scope), cast(Any, None), cast(Any, None))
    assert seen == [client]
