"""A server as a container that the docker provider makes, whichever provider the stack's servers come from."""

from collections.abc import Callable
from pathlib import Path

from harness.seed import Seed
from harness.stack.carriers.carrier import RunningCarrier
from harness.stack.docker.provider import DockerProvider
from harness.stack.docker.toxiproxy import Toxiproxy
from harness.stack.errors import StackError
from harness.stack.ports import HOST
from harness.stack.provider import Site
from harness.stack.topology import Server


class InContainer:
    """Toxiproxy's official image. `substitute`: the equivalent image that ci/images builds is accepted, and named."""

    def __init__(self, provider: DockerProvider, *, substitute: bool) -> None:
        self._provider = provider
        self._substitute = substitute

    @property
    def name(self) -> str:
        """See Carrier."""
        return f"Toxiproxy in a container ({Toxiproxy.image.official} unless {Toxiproxy.image.setting} says otherwise)"

    @property
    def engine(self) -> Path | None:
        """See Carrier."""
        return self._provider.engine

    def obstacle(self) -> str:
        """See Carrier."""
        try:
            self._provider.check_kinds([Toxiproxy.kind])
        except StackError as error:
            return str(error)
        selected = self._provider.selected(Toxiproxy.kind)
        return f"there is only {selected}" if selected.substitute and not self._substitute else ""

    def prepare(self, say: Callable[[str], None]) -> None:
        """See Carrier."""
        self._provider.prepare([Server("proxy", Toxiproxy.kind)], say)

    def start(self, site: Site, seed: Seed) -> RunningCarrier:
        """See Carrier; Toxiproxy cannot be seeded: `seed` is not used."""
        running = self._provider.start(Server(site.mark.instance or Toxiproxy.kind, Toxiproxy.kind), site)
        return RunningCarrier(
            f"http://{HOST}:{running.port}", running.member, running.ports, running.container, running.discard
        )
