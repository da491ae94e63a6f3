"""The protocol between a stack and the proxy server that carries its edges."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.seed import Seed
from harness.stack.errors import ServerMissing
from harness.stack.provider import Member, Site


class CarrierMissing(ServerMissing):
    """No such server can be used here; says what was tried, and what to do."""


@dataclass(frozen=True)
class RunningCarrier:
    """A server that is ready, with its control API at `url`.

    `member` is None when the stack does not own it, `container` is its id when it is one; `discard` is called after its
    last kill.
    """

    url: str
    member: Member | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    container: str | None = None
    discard: Callable[[], None] = field(default=lambda: None)


class Carrier(Protocol):
    """One origin of a proxy server."""

    @property
    def name(self) -> str:
        """A short description."""

    @property
    def engine(self) -> Path | None:
        """The socket of the container engine that it starts something in; None when it does not. Raises EngineError."""

    def obstacle(self) -> str:
        """Why it cannot be used here, "" when it can. Answers within a few seconds; starts nothing."""

    def prepare(self, say: Callable[[str], None]) -> None:
        """Get what it needs, once, before it is started. Raises StackError."""

    def start(self, site: Site, seed: Seed) -> RunningCarrier:
        """Start it; returns when ready. `seed` is for servers that can be seeded. Raises StartFailed; then nothing is left."""
