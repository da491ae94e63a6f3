"""pytest fixtures that are specific to the shop. Loaded by the entry point `shop`."""

from typing import TYPE_CHECKING

import pytest_asyncio

if TYPE_CHECKING:  # slow to import, and not every run asks for it
    from collections.abc import AsyncIterator

    from chaos.client import Shop
    from harness.stack.attach import AttachedStack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(stack: "AttachedStack") -> "AsyncIterator[Shop]":
    """The REST API of the stack, typed; `shop.as_user(session)` authenticates as a user. What it uses can be recorded."""
    import httpx

    from chaos.client import Shop
    from chaos.client.shop import TIMEOUT
    from harness.contracts.consumers.recorder.rest import recorded

    transport = recorded(httpx.AsyncHTTPTransport(trust_env=False), packages=("chaos/client/",))
    async with httpx.AsyncClient(base_url=stack.base_url, timeout=TIMEOUT, transport=transport, trust_env=False) as client:
        yield Shop(client)
