"""Migrations first, then every instance from the other build; a restart from the same build is no upgrade."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.protocol import Proof
from harness.faults.rolling_upgrade import RollingUpgrade, rolling_upgrade
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import declared
from tests.unit.harness.faults.test_rolling_restart import FakeStack, shop

OLD, NEW = Path("/old"), Path("/new")


@dataclass
class TwoBuilds(FakeStack):
    """Instances of the old build. With `sticky` an instance comes back from the build that it was of."""

    next_build: Path | None = NEW / "services.toml"
    sticky: bool = False
    folders: dict[str, Path] = field(default_factory=dict)
    migrated_after: int | None = None

    def migrate_to_next_build(self) -> None:
        self.migrated_after = len(self.done)

    def use_next_build(self, name: str) -> None:
        assert name in self.dead
        if not self.sticky:
            self.folders[name] = NEW

    def runs_in(self, name: str) -> Path | None:
        return None if name in self.dead else self.folders.get(name, OLD)


async def upgraded(stack: TwoBuilds) -> tuple[RollingUpgrade, Any]:
    stack.gate.set()
    fault, subject = RollingUpgrade(declared(rolling_upgrade("user", "order"), seed=7)), shop(stack)
    await fault.assume(subject)
    await fault.inject(subject)

    async def all_again() -> bool:
        return len(stack.done) == 4 and not stack.dead

    await wait_until_async(all_again, what="all are replaced", timeout_s=10, poll_s=0.001)
    return fault, subject


async def test_every_instance_runs_the_next_build_after_its_migrations() -> None:
    stack = TwoBuilds()
    fault, subject = await upgraded(stack)
    assert await fault.prove(subject) == Proof(
        effective=True,
        detail="4 of 4 instances are other processes than before; 4 of 4 ran from the first build and run from the next one",
    )
    assert stack.migrated_after == 0
    assert await fault.heal(subject) == "4 instances are ready"


async def test_other_processes_of_the_same_build_are_no_upgrade() -> None:
    fault, subject = await upgraded(TwoBuilds(sticky=True))
    proof = await fault.prove(subject)
    assert not proof.effective
    assert "0 of 4 ran from the first build" in proof.detail
    await fault.heal(subject)


async def test_a_stack_without_another_build() -> None:
    stack = TwoBuilds(next_build=None)
    fault = RollingUpgrade(declared(rolling_upgrade("user", "order"), seed=7))
    with pytest.raises(AssumptionError, match="no other build"):
        await fault.assume(shop(stack))
