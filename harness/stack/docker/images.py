"""Which image a server is made of: the one that was asked for, the official one, or its equivalent built on this machine."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from harness.stack.errors import ServerMissing


@dataclass(frozen=True)
class Image:
    """The images for a kind of server. `local` is used where no registry can be reached (ci/images builds it).

    `caveat` says how that differs.
    """

    kind: str
    official: str
    local: str
    caveat: str = ""

    @property
    def setting(self) -> str:
        """The environment variable that overrides it."""
        return f"GAUNTLET_IMAGE_{self.kind.upper()}"


@dataclass(frozen=True)
class Selected:
    """The image to use. `present`: it need not be pulled. `why` is empty for the official image.

    `substitute`: it is neither the official one nor the one that was asked for.
    """

    name: str
    present: bool
    why: str = ""
    substitute: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.why})" if self.why else self.name


class Store(Protocol):
    """Where images are."""

    def has(self, name: str) -> bool:
        """Whether the image is on this machine."""

    def obstacle(self, name: str) -> str:
        """Why the image cannot be pulled, "" when it can. Answers within a few seconds."""

    def pull(self, name: str) -> None:
        """Get it onto this machine. Raises ServerMissing."""


def select(image: Image, store: Store, environ: Mapping[str, str] = os.environ) -> Selected:
    """The image to use. Raises ServerMissing, with what to do, when none is available."""
    asked = environ.get(image.setting, "")
    wanted, why = asked or image.official, f"by {image.setting}" if asked else ""
    if store.has(wanted):
        return Selected(wanted, True, why)
    obstacle = store.obstacle(wanted)
    if not obstacle:
        return Selected(wanted, False, why)
    missing = f"the image {wanted} is neither here nor can it be pulled ({obstacle})"
    if asked:
        raise ServerMissing(f"{missing}; set {image.setting} to another one")
    if store.has(image.local):
        why = f"{wanted} is neither here nor can it be pulled{f'; {image.caveat}' if image.caveat else ''}"
        return Selected(image.local, True, why, substitute=True)
    raise ServerMissing(f"{missing}, and its equivalent {image.local} has not been built; or set {image.setting}")


def select_all(images: Sequence[Image], store: Store, environ: Mapping[str, str] = os.environ) -> dict[str, Selected]:
    """The images to use by kind, checked concurrently. Raises ServerMissing for the first that is not available."""
    with ThreadPoolExecutor(max_workers=max(1, len(images)), thread_name_prefix="image") as pool:
        found = pool.map(lambda image: select(image, store, environ), images)
        return {image.kind: selected for image, selected in zip(images, found, strict=True)}


def get(selected: Mapping[str, Selected], store: Store, say: Callable[[str], None]) -> None:
    """Pull missing images, after saying so, and report substitutes. Raises ServerMissing."""
    for each in dict.fromkeys(selected.values()):
        if each.why:
            say(f"using {each}")
        if not each.present:
            say(f"pulling {each.name}")
            store.pull(each.name)
