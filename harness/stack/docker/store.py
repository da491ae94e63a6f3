"""The images of a Docker engine and of the registries it reaches, with the credentials `docker login` has left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.stack.docker.engine import Engine
from harness.stack.errors import ServerMissing

_ASK_S = 3
_PULL_SILENCE_S = 120


class EngineStore:
    """See Store. A registry that cannot be reached is found out in _ASK_S seconds at most; that holds no image up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def has(self, name: str) -> bool:
        """See Store."""
        return self._engine.has_image(name)

    def obstacle(self, name: str) -> str:
        """See Store: the registry is asked for the image's digest, nothing is pulled."""
        try:
            with _client(self._engine, _ASK_S) as client:
                client.api.inspect_distribution(name)
        except _failures() as error:
            return _said(error)
        return ""

    def pull(self, name: str) -> None:
        """See Store."""
        try:
            with _client(self._engine, _PULL_SILENCE_S) as client:
                client.images.pull(name)
        except _failures() as error:
            raise ServerMissing(f"pulling {name} failed: {_said(error)}") from error


@contextmanager
def _client(engine: Engine, timeout_s: int) -> Iterator[Any]:
    from testcontainers.core.docker_client import DockerClient  # slow

    client = DockerClient(timeout=timeout_s, environment={"DOCKER_HOST": f"unix://{engine.path}"}).client
    try:
        yield client
    finally:
        client.close()


def _failures() -> tuple[type[Exception], ...]:
    from docker.errors import DockerException  # type: ignore[import-untyped]  # no hints
    from requests import RequestException

    return (DockerException, RequestException)


def _said(error: Exception) -> str:
    return str(getattr(error, "explanation", "") or error)
