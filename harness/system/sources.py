"""The origin of a run's stack and who stops it: started for this run, kept from the last one, or another process's.

A source is chosen by `Choices`, in `source_of`. Each wraps a stack that is ready in a context manager: what it does before
(start, attach, reset) and after (stop, nothing, keep) is hidden.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from harness.experiment import Choices, Context
from harness.stack.attach import AttachedStack, attach
from harness.stack.errors import NotAttachable
from harness.stack.stack import Stack
from harness.system.kept import kept_stacks
from harness.system.needs import StackNeeds
from harness.system.placement import choose_placement
from harness.system.starting import start

RunningStack: TypeAlias = Stack | AttachedStack
"""A stack of this process, or of another one."""


class StackSource(Protocol):
    """One way to get a stack for a run."""

    def ready(self, needs: StackNeeds, context: Context) -> AbstractAsyncContextManager[RunningStack]:
        """A stack that is ready and has what is needed. Raises StackError; then nothing of it is left behind."""

    def leave(self, *, at_rest: bool) -> None:
        """The run ends. `at_rest`: nothing of its work is outstanding; False when unknown."""


@dataclass(frozen=True)
class OwnSource:
    """A new stack for the run, in the run's folder; stopped when the run is over, however it ends."""

    @asynccontextmanager
    async def ready(self, needs: StackNeeds, context: Context) -> AsyncIterator[Stack]:
        """See StackSource."""
        placement = choose_placement(context.choices.provider, context.choices.proxy, proxied=needs.proxied)
        for line in placement.told():
            context.note(line)
        stack = needs.new_stack(placement, context.folder / "stack", context.seed)
        try:
            await start(stack, context)
            yield stack
        finally:
            await asyncio.to_thread(stack.stop)

    def leave(self, *, at_rest: bool) -> None:
        """See StackSource. No effect: the stack is stopped."""


@dataclass(frozen=True)
class AttachedSource:
    """A running stack of another process, in this folder. Its members cannot be restarted."""

    folder: Path

    @asynccontextmanager
    async def ready(self, needs: StackNeeds, context: Context) -> AsyncIterator[AttachedStack]:
        """See StackSource. Raises NotAttachable, saying how to start one, when it is not what is needed."""
        stack = attach(self.folder)
        require(stack, needs)
        context.note(f"attached to {stack.folder}, which others started and stop")
        yield stack

    def leave(self, *, at_rest: bool) -> None:
        """See StackSource. No effect: the owner resets it or not."""


def source_of(choices: Choices) -> StackSource:
    """The chosen source; within `stacks_kept`, kept stacks in place of new ones."""
    return AttachedSource(choices.stack) if choices.stack is not None else kept_stacks() or OwnSource()


def require(stack: RunningStack, needs: StackNeeds) -> None:
    """Raises NotAttachable, saying how to start one, when a stack has too few instances, other settings or no proxied edges."""
    if needs.next_build is not None:
        raise NotAttachable("the instances of an attached stack cannot be started from another build")
    name, advice = stack.folder.name, f"start one with `{needs.command}`"
    few = [f"{service}={count}" for service, count in needs.instances.items() if len(stack.instances(service)) < count]
    if few:
        raise NotAttachable(f"stack {name} has too few instances, {', '.join(few)} are needed; {advice}")
    if needs.proxied and not stack.edges():
        raise NotAttachable(f"the edges of stack {name} run through no proxy; {advice}")
    chosen = stack.manifest.settings
    other = [
        f"{service}.{variable}={value}"
        for service, variables in needs.environment.items()
        for variable, value in variables.items()
        if chosen.get(service, {}).get(variable) != value
    ]
    if other:
        raise NotAttachable(f"stack {name} was not started with {', '.join(other)}; {advice}")
