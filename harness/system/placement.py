"""The provider of a stack's servers and the carrier of its edges: the one place that chooses both.

A command chooses once and hands on the names of what it chose (`Choices`). They are definite (never `auto`), so a
replayed run has the same servers.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from harness.stack.carriers import Carrier, choose_carrier
from harness.stack.carriers.container import InContainer
from harness.stack.carriers.given import URL, Given
from harness.stack.provider import Provider
from harness.stack.providers import AUTO, choose

DOCKER, ENGINE, IMAGES = "docker", "DOCKER_HOST", "GAUNTLET_IMAGE_"


@dataclass(frozen=True)
class Placement:
    """A provider of servers and, for a stack whose edges are proxied, what carries them; each with the reason for it."""

    provider: Provider
    provider_reason: str
    carrier: Carrier | None = None
    carrier_reason: str = ""
    proxy: str = ""
    """The name that asks for this carrier again; "" without one."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that decided it: Toxiproxy's URL, the engine, the images."""
        named = (URL,) if isinstance(self.carrier, Given) else ()
        contained = self.provider.name == DOCKER or isinstance(self.carrier, InContainer)
        return {
            name: value
            for name, value in os.environ.items()
            if name in named or (contained and (name == ENGINE or name.startswith(IMAGES)))
        }

    @property
    def provider_told(self) -> str:
        """The chosen provider and the reason, as text."""
        return f"provider {self.provider.name}: {self.provider_reason}"

    def told(self) -> Iterator[str]:
        """The choices and their reasons, a line each."""
        yield self.provider_told
        if self.carrier is not None:
            yield f"edges run through {self.carrier.name}: {self.carrier_reason}"


def choose_placement(provider: str = AUTO, proxy: str = "", *, proxied: bool) -> Placement:
    """Choose by name; `proxy` is used only when the edges are `proxied`.

    Raises StackError for unknown names, CarrierMissing when that carrier cannot be had here.
    """
    chosen = choose(provider)
    if not proxied:
        return Placement(chosen.provider, chosen.reason)
    carried = choose_carrier(proxy)
    return Placement(chosen.provider, chosen.reason, carried.carrier, carried.reason, carried.name)
