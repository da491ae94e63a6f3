"""Fixtures: the stack, an HTTP client of its entry, a namespace on its servers, a history recorder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from harness.history import Recorder, Writer
from harness.pytest_plugin.sources import SOURCE
from harness.pytest_plugin.stack_options import StackOptions
from harness.stack.attach import AttachedStack
from harness.stack.errors import StackError

if TYPE_CHECKING:  # slow to import, and not needed by every run
    import httpx

    from harness.pytest_plugin.owned_stack import OwnedStack
    from harness.stack.namespaces import Namespace
    from harness.stack.stack import Stack

_TIMEOUT_S = 30.0


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> AttachedStack:
    """The running system under test, one for the whole run."""
    try:
        return pytestconfig.stash[SOURCE].stack()
    except StackError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def _owned(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[OwnedStack]":
    from harness.pytest_plugin.owned_stack import OwnedStack

    owned = OwnedStack(StackOptions.of(pytestconfig), tmp_path_factory.mktemp("own-stack"))
    try:
        yield owned
    finally:
        owned.close()


@pytest.fixture
def own_stack(_owned: "OwnedStack") -> "Stack":
    """A running system that this process owns, as new: its members can be killed and started again, its edges cut."""
    try:
        return _owned.as_new()
    except StackError as error:
        pytest.fail(str(error), pytrace=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(stack: AttachedStack) -> "AsyncIterator[httpx.AsyncClient]":
    """An HTTP client of the system's entry."""
    import httpx

    async with httpx.AsyncClient(base_url=stack.base_url, timeout=_TIMEOUT_S, trust_env=False) as client:
        yield client


@pytest.fixture
def namespace(stack: AttachedStack) -> "Iterator[Namespace]":
    """Schemas, a virtual host and Redis databases of this test alone on the servers of the stack, empty at first."""
    from harness.stack.namespaces import Namespace

    with Namespace.take(stack) as mine:
        yield mine


@pytest.fixture
def history(tmp_path: Path) -> Iterator[Recorder]:
    """Records what this test does, in history.jsonl in its tmp_path."""
    with Writer(tmp_path / "history.jsonl") as writer:
        yield Recorder(writer)
