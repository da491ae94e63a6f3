"""A system whose instances start from one build, to be upgraded to another while clients work (faults: rolling_upgrade)."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.experiment import Context
from harness.system.sources import OwnSource, source_of
from harness.system.system import S, StackSystem

FIRST_BUILD = "first-build"
"""The folder below the run's, for as long as the system runs."""


@dataclass(frozen=True, kw_only=True)
class UpgradedSystem(StackSystem[S]):
    """`first_build` puts a build into a folder and returns its services.toml; `topology` is the one to upgrade to.

    The stack is a new one for each run: one whose instances were upgraded cannot be made as new.
    """

    first_build: Callable[[Path], Path]

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[S]:
        """See System. Raises StackError, and what `first_build` raises."""
        folder = context.folder / FIRST_BUILD
        try:
            first = await asyncio.to_thread(self.first_build, folder)
            needs = replace(self.needs(first), next_build=context.choices.topology or self.topology)
            source = OwnSource() if context.choices.stack is None else source_of(context.choices)
            async with source.ready(needs, context) as stack, self.subject(stack, self.watchers) as subject:
                yield subject
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
