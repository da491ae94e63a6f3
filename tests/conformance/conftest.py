"""Every provider passes the same suite: `provider` runs each test once per provider there is."""

from collections.abc import Iterator

import pytest

from harness.stack.provider import Provider
from harness.stack.providers import PROVIDERS
from harness.stack.stack import Stack
from tests.conformance.toys import whole


@pytest.fixture(scope="session", params=sorted(PROVIDERS))
def provider(request: pytest.FixtureRequest) -> Provider:
    return PROVIDERS[request.param]()


@pytest.fixture(scope="session")
def stack(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One whole toy system for all tests that put it back in order; RabbitMQ takes seconds to boot."""
    folder = tmp_path_factory.mktemp("toy")
    with Stack(whole(), provider, folder=folder, instances={"back": 2}, environment={"front": {"EXTRA": "told"}}) as started:
        yield started


@pytest.fixture
def healthy(stack: Stack) -> Iterator[Stack]:
    """The same, for tests that hurt it: whatever is dead afterwards is started again."""
    yield stack
    for instance in stack.instances():
        if not instance.alive:
            stack.boot(instance.name)
            stack.wait_ready(instance.name, timeout_s=60)
