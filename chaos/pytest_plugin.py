"""pytest fixtures that are specific to the shop. Loaded by the entry point `shop`."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # slow to import, and not every run asks for it
    import httpx

    from chaos.client import Shop


@pytest.fixture(scope="session")
def shop(gateway: "httpx.AsyncClient") -> "Shop":
    """The REST API of the stack, typed; `shop.as_user(session)` authenticates as a user."""
    from chaos.client import Shop

    return Shop(gateway)
