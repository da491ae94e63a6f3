"""The user service alone, one for all tests of this folder; a test that breaks something repairs it before it ends."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.user.alone import Alone, Login, running


@pytest.fixture(scope="session")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """Two instances on servers of their own."""
    async with running(tmp_path_factory.mktemp("user-alone")) as started:
        yield started


@pytest.fixture
async def ada(alone: Alone) -> Login:
    """A new user who is logged in."""
    return await alone.new_login()
