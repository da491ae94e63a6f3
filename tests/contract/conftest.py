"""The last release and this version, as images, and the last release's services beside those of the stack."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from chaos.contracts import CONTRACTS
from chaos.subject.released import RELEASED, last_release
from harness.contracts.released import Releases
from harness.contracts.versions.schema import Schema
from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace, running
from harness.stack.namespaces.instance import OwnInstance

IMAGE = "proto.binpb"
PACKAGES = {service: f"shop.{service}.v1" for service in ("user", "product", "order", "payment", "notification")}

Start = Callable[..., Mapping[str, str]]


@pytest.fixture(scope="session")
def released() -> Schema:
    return Schema(Releases(RELEASED).load().content(IMAGE))


@pytest.fixture(scope="session")
def current() -> Schema:
    return Schema(next(source.read() for source in CONTRACTS.saved if source.document == IMAGE))


@pytest.fixture
def servers(stack: AttachedStack) -> dict[str, str]:
    """Addresses of this version's services."""
    return {package: stack.address(f"{service}-1", "grpc") for service, package in PACKAGES.items()}


@pytest.fixture
def start(namespace: Namespace, tmp_path: Path) -> Iterator[Start]:
    """Starts services of the last release in the test's namespace: start("order", "payment"); their addresses by package."""
    build = last_release(tmp_path / "release")
    with ExitStack() as opened:

        def started(*services: str) -> dict[str, str]:
            namespace.make_all()
            made = [running(namespace, service, name=f"old-{service}-{namespace.name}", build=build) for service in services]
            with ThreadPoolExecutor(len(made)) as pool:
                instances = list(pool.map(lambda each: each.__enter__(), made))
            opened.callback(_stop, made)
            return {PACKAGES[service]: one.address("grpc") for service, one in zip(services, instances, strict=True)}

        yield started


def _stop(started: Sequence[AbstractContextManager[OwnInstance]]) -> None:
    with ThreadPoolExecutor(len(started)) as pool:
        list(pool.map(lambda each: each.__exit__(None, None, None), started))
