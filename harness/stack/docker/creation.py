"""Make and start a container with testcontainers; imported when the first one is needed, because that takes a second."""

from contextlib import closing

from docker.errors import DockerException  # type: ignore[import-untyped]  # docker-py carries no type hints
from requests import RequestException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import WaitStrategy, WaitStrategyTarget

from harness.stack.docker.driver import Recipe
from harness.stack.errors import StartFailed
from harness.stack.marker import Mark
from harness.stack.ports import HOST

# Rotation would take away what a transcript counts as read.
_UNROTATED = {"Type": "json-file", "Config": {}}


class _Unawaited(WaitStrategy):
    """No wait by testcontainers: the stack waits for an answer of the server itself."""

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        """See WaitStrategy."""


def create(recipe: Recipe, mark: Mark, inside: int, port: int) -> str:
    """Start the container; returns its id.

    Its port `inside` is published on `port` of the loopback address, unless it is on the host's network.

    Raises StartFailed; a container may be there even then, with the mark's labels.
    """
    # The reaper is a container whose image may not be available; the stack's guard does the same.
    testcontainers_config.ryuk_disabled = True
    container = recipe.container
    if not recipe.on_host:
        published = {inside: port, **{within: here for here, within in recipe.inner.items()}}
        ports = {str(within): (HOST, here) for within, here in published.items()}
        container.ports = ports  # type: ignore[assignment]  # docker-py takes an address as well
    network = {"network_mode": "host"} if recipe.on_host else {"network": "bridge"}
    container.with_name(f"gauntlet-{mark.stack}-{mark.instance}")
    container.with_kwargs(labels=mark.labels(), log_config=_UNROTATED, **network, **recipe.options)
    container.waiting_for(_Unawaited())
    try:
        with closing(container.get_docker_client().client):
            DockerContainer.start(container)  # not its own: those of some kinds wait, by the second and for log lines
    except (DockerException, RequestException) as error:
        said = getattr(error, "explanation", "") or error
        raise StartFailed(f"{mark.instance} cannot be started: {said}") from error
    return container.get_container_id()
