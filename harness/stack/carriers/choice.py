"""Which server carries the edges: `--proxy`, else GAUNTLET_PROXY, else the project's own.

own         the project's own proxy. The default: what it does can be replayed from a seed, and its counters
            per toxic and connection prove that a fault had an effect
toxiproxy   a real server: at TOXIPROXY_URL, else toxiproxy-server on PATH, else the docker provider's container (or what
            stands in for its image, and says so); an error when there is none
auto        the same, but no stand-in, and the project's own proxy when there is no real one; says which and why
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.stack.carriers.carrier import Carrier, CarrierMissing
from harness.stack.carriers.container import InContainer
from harness.stack.carriers.given import Given
from harness.stack.carriers.processes import OnPath, OwnProxy
from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import StackError

SETTING = "GAUNTLET_PROXY"
OWN, TOXIPROXY, AUTO = "own", "toxiproxy", "auto"
_QUICKLY_S, _PATIENTLY_S = 1.0, 30.0


@dataclass(frozen=True)
class CarrierChoice:
    """A carrier, why it is this one, and the definite name (never `auto`) that takes it again."""

    carrier: Carrier
    reason: str
    name: str


Containers = Callable[[float], DockerProvider]
"""Makes a docker provider that waits so many seconds for its engine's answer."""


def choose_carrier(
    name: str = "", environ: Mapping[str, str] = os.environ, containers: Containers | None = None
) -> CarrierChoice:
    """See the module. Raises StackError for an unknown name, CarrierMissing for one that cannot be had."""
    asked = name or environ.get(SETTING) or OWN
    if asked not in CHOICES:
        raise StackError(f"there is no proxy {asked}; there are {', '.join(CHOICES)}")
    return CHOICES[asked](environ, containers or (lambda patience_s: DockerProvider(environ, quickly_s=patience_s)))


def _own(_environ: Mapping[str, str], _containers: Containers) -> CarrierChoice:
    return CarrierChoice(OwnProxy(), "seeded, and it tells everything it does", OWN)


def _toxiproxy(environ: Mapping[str, str], containers: Containers) -> CarrierChoice:
    obstacles: list[str] = []
    found = _first((Given(environ), OnPath(environ), InContainer(containers(_PATIENTLY_S), substitute=True)), obstacles)
    if found is None:
        raise CarrierMissing(f"no Toxiproxy can be had here: {'; '.join(obstacles)}")
    return CarrierChoice(found, "asked for", TOXIPROXY)


def _auto(environ: Mapping[str, str], containers: Containers) -> CarrierChoice:
    obstacles: list[str] = []
    found = _first((Given(environ), OnPath(environ), InContainer(containers(_QUICKLY_S), substitute=False)), obstacles)
    if found is None:
        return CarrierChoice(OwnProxy(), f"no real Toxiproxy can be had here: {'; '.join(obstacles)}", OWN)
    return CarrierChoice(found, "a real one is here", TOXIPROXY)


def _first(carriers: tuple[Carrier, ...], obstacles: list[str]) -> Carrier | None:
    """The first that can be used; why those before it cannot is added to `obstacles`."""
    for carrier in carriers:
        if not (obstacle := carrier.obstacle()):
            return carrier
        obstacles.append(obstacle)
    return None


CHOICES: Mapping[str, Callable[[Mapping[str, str], Containers], CarrierChoice]] = {
    AUTO: _auto,
    OWN: _own,
    TOXIPROXY: _toxiproxy,
}
