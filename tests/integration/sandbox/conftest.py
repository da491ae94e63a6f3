"""One process of each sandbox for all tests; every test finds it without rules and uses references of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.sandbox.running import Sandbox, running


@pytest.fixture(scope="session")
async def provider_process() -> AsyncIterator[Sandbox]:
    async with running("provider") as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def mailbox_process() -> AsyncIterator[Sandbox]:
    async with running("mailbox") as sandbox:
        yield sandbox


@pytest.fixture
async def provider(provider_process: Sandbox) -> AsyncIterator[Sandbox]:
    yield provider_process
    await provider_process.http.delete("/script")


@pytest.fixture
async def mailbox(mailbox_process: Sandbox) -> AsyncIterator[Sandbox]:
    yield mailbox_process
    await mailbox_process.http.delete("/script")
    await mailbox_process.http.delete("/messages")
