"""rolling_upgrade: every instance of some services is stopped and started again from the stack's next build.

As a deployment does: first the migrations of the next build, while all instances are still of the first one, then one instance
of a service after the other, so that both builds serve at once. Proved when every instance ran in the folder of the first
build before and, as another process, runs in the folder of the next one.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from harness.faults.control import HasStack, StackControl
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.rolling_restart import RollingRestart, rolling
from harness.faults.spec import FaultSpec

ROLLING_UPGRADE = "rolling_upgrade"


@fault_kind(ROLLING_UPGRADE)
class RollingUpgrade(RollingRestart):
    """A rolling restart whose instances come back from another build; the builds stay upgraded when it has healed."""

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._ran_in: Mapping[str, Path | None] = {}

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        if subject.stack.next_build is None:
            raise AssumptionError("there is no other build to upgrade to")

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Returns when the databases are migrated and the restarts have begun. Raises StackError."""
        self._ran_in = {name: subject.stack.runs_in(name) for name in self.spec.members}
        await asyncio.to_thread(subject.stack.migrate_to_next_build)
        await super().inject(subject)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        restarted = await super().prove(subject)
        now = {name: subject.stack.runs_in(name) for name in self._ran_in}
        upgraded = [
            name
            for name, before in self._ran_in.items()
            if before is not None and now[name] is not None and now[name] != before
        ]
        told = f"{len(upgraded)} of {len(self._ran_in)} ran from the first build and run from the next one"
        return Proof(effective=restarted.effective and len(upgraded) == len(self._ran_in), detail=f"{restarted.detail}; {told}")

    def _while_stopped(self, stack: StackControl, name: str) -> None:
        stack.use_next_build(name)


def rolling_upgrade(*services: str, at_once: int = 2) -> Declaration:
    """Upgrade every instance of these services, in this order as far as `at_once` services at a time have one."""
    return rolling(ROLLING_UPGRADE, *services, at_once=at_once)
