"""The shop as a system to start: on private servers and free ports, or on a stack that runs already."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import chaos
from chaos.subject.released import last_release
from chaos.subject.running import RunningShop
from harness.system import RunningStack, StackSystem
from harness.system.upgraded import UpgradedSystem

SERVICES = Path(chaos.__file__).parent.parent / "system" / "services.toml"


@dataclass(frozen=True, kw_only=True)
class ShopSystem(StackSystem[RunningShop]):
    """See StackSystem; `watchers` are those of `chaos.subject.watchers`."""

    subject: Callable[[RunningStack, tuple[str, ...]], RunningShop] = RunningShop
    topology: Path = SERVICES


@dataclass(frozen=True, kw_only=True)
class UpgradedShop(ShopSystem, UpgradedSystem[RunningShop]):
    """The shop started as it was released last, to be upgraded to this one."""

    first_build: Callable[[Path], Path] = last_release
