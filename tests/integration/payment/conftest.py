"""What tests of payment start from: the service's own door, and the provider's books and whims."""

import uuid
from collections.abc import Callable
from typing import Any

import grpc
import httpx
import pytest

from tests.integration.payment.desk import Books, Desk


@pytest.fixture
def desk(rpc: Callable[..., grpc.aio.Channel]) -> Desk:
    return Desk(rpc("payment"))


@pytest.fixture
def books(provider: httpx.AsyncClient) -> Books:
    return Books(provider)


@pytest.fixture
def order() -> dict[str, Any]:
    """As much of an order as payment hears of."""
    return {"id": str(uuid.uuid4()), "total": {"minor_units": 1999, "currency": "EUR"}}
