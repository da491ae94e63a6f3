"""All providers, and which one `auto` chooses on this machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import StackError
from harness.stack.native.provider import NativeProvider
from harness.stack.provider import Provider

AUTO = "auto"
PROVIDERS: Mapping[str, Callable[[], Provider]] = {"docker": DockerProvider, "native": NativeProvider}


@dataclass(frozen=True)
class Choice:
    """A provider and the reason for the choice."""

    provider: Provider
    reason: str


def choose(name: str = AUTO, containers: Callable[[], DockerProvider] = DockerProvider) -> Choice:
    """Choose by name; `auto` takes Docker if usable, else native, within seconds. Raises StackError for an unknown name."""
    if name == AUTO:
        return _automatic(containers())
    if name not in PROVIDERS:
        raise StackError(f"there is no provider {name}; there are {', '.join((AUTO, *PROVIDERS))}")
    return Choice(PROVIDERS[name](), "asked for")


def _automatic(containers: DockerProvider) -> Choice:
    try:
        return Choice(containers, containers.check())
    except StackError as obstacle:
        return Choice(NativeProvider(), f"private instances of the servers on this machine, because {obstacle}")
