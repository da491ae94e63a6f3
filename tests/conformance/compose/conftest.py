"""The shop as a deployment. It needs a Docker engine and images: `python -m ci.containers` provides both and runs this."""

import os
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.conformance.compose.deployment import ADMIN_PASSWORD, Deployment
from tests.integration.shop import ADMIN_EMAIL, Customer, log_in

if os.environ.get("GAUNTLET_CONFORMANCE_DOCKER") != "1":
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """`docker compose up --build`, everything healthy; gone afterwards."""
    made = Deployment()
    try:
        made.up("--build")
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
async def gateway(deployment: Deployment) -> AsyncIterator[httpx.AsyncClient]:
    """The REST API."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{deployment.ports['GATEWAY_PORT']}", timeout=30, trust_env=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
async def provider(deployment: Deployment) -> AsyncIterator[httpx.AsyncClient]:
    """The payment provider's sandbox."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{deployment.ports['PROVIDER_PORT']}", timeout=30, trust_env=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
async def mailbox(deployment: Deployment) -> AsyncIterator[httpx.AsyncClient]:
    """The mail server's sandbox."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{deployment.ports['MAILBOX_PORT']}", timeout=30, trust_env=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
async def admin(gateway: httpx.AsyncClient) -> Customer:
    """The first admin, logged in."""
    return await log_in(gateway, ADMIN_EMAIL, ADMIN_PASSWORD)


@pytest.fixture(scope="module")
async def customer(gateway: httpx.AsyncClient) -> Customer:
    """A customer, logged in."""
    return await register(gateway)


async def register(gateway: httpx.AsyncClient) -> Customer:
    """A new customer."""
    body = {"email": "ada@shop.example", "password": "correct horse battery", "name": "Ada"}
    answer = await gateway.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return await log_in(gateway, body["email"], body["password"])
