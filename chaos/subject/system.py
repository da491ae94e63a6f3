"""The shop as a system to start: on private servers and free ports, or on a stack that runs already."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import chaos
from chaos.subject.running import RunningShop
from harness.system import RunningStack, StackSystem

SERVICES = Path(chaos.__file__).parent.parent / "system" / "services.toml"


@dataclass(frozen=True, kw_only=True)
class ShopSystem(StackSystem[RunningShop]):
    """See StackSystem; `watchers` are those of `chaos.subject.watchers`."""

    subject: Callable[[RunningStack, tuple[str, ...]], RunningShop] = RunningShop
    topology: Path = SERVICES
