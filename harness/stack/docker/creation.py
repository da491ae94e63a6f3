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
    """The stack waits itself: for an answer of the server, whatever its image writes into its log and how often it boots."""

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        """See WaitStrategy."""


def create(recipe: Recipe, mark: Mark, inside: int, port: int) -> str:
    """Start the container with its port `inside` published on `port` of the loopback address; returns its id.

    Raises StartFailed; a container may be there even then, with the mark's labels.
    """
    # Its reaper is a container, whose image is not to be had everywhere; the stack's guard does the same.
    testcontainers_config.ryuk_disabled = True
    container = recipe.container
    container.ports = {str(inside): (HOST, port)}  # type: ignore[dict-item]  # docker-py takes an address as well
    container.with_name(f"gauntlet-{mark.stack}-{mark.instance}")
    container.with_kwargs(labels=mark.labels(), network="bridge", log_config=_UNROTATED, **recipe.options)
    container.waiting_for(_Unawaited())
    try:
        with closing(container.get_docker_client().client):
            DockerContainer.start(container)  # not its own: those of some kinds wait, by the second and for log lines
    except (DockerException, RequestException) as error:
        said = getattr(error, "explanation", "") or error
        raise StartFailed(f"{mark.instance} cannot be started: {said}") from error
    return container.get_container_id()
