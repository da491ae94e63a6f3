"""Every provider passes the same suite: `provider` runs each test once per provider there is.

Tests that share servers stay together on one xdist worker: see tests/groups.py.

The docker provider needs an engine and images: it takes part when GAUNTLET_CONFORMANCE_DOCKER=1 says that they are there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.pytest_plugin.retention import PREFIX
from harness.stack.provider import Provider
from harness.stack.providers import PROVIDERS
from harness.stack.stack import Stack
from tests.conformance.nested import Project
from tests.conformance.toys import whole

WITH_DOCKER = os.environ.get("GAUNTLET_CONFORMANCE_DOCKER") == "1"
NAMES = [name for name in sorted(PROVIDERS) if WITH_DOCKER or name != "docker"]
collect_ignore = [] if WITH_DOCKER else ["test_docker.py"]


@pytest.fixture(scope="session", params=NAMES)
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


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Makes a project; the folders that its runs keep are removed."""
    made: list[Project] = []

    def make(tests: str, **options: str) -> Project:
        made.append(Project(tmp_path, tests, **options))
        return made[-1]

    yield make
    for each in made:
        for seen in each.seen().values():
            if seen.run.name.startswith(PREFIX):
                shutil.rmtree(seen.run, ignore_errors=True)
