"""Stacks of this process that serve consecutive runs; stopped when a run needs another one, or after the last.

    with stacks_kept():
        ...   # consecutive runs with equal needs share a stack, which is reset in between

A reused stack is ready within about 1 s instead of 10 s. The reset verifies that it is as new (harness.stack.reset);
otherwise it is stopped and replaced, with a note in the run. The stack is
in a temporary folder that goes with it, also when this process is killed; each run keeps copies of the members' logs.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from harness.experiment import Context
from harness.stack.reset import NotClean, Reset
from harness.stack.scratch import Scratch
from harness.stack.stack import Stack
from harness.system.needs import StackNeeds
from harness.system.placement import choose_placement
from harness.system.starting import start, to_its_end

_PREFIX = "gauntlet-kept-"


@dataclass(frozen=True)
class _Wanted:
    """The properties that make two stacks interchangeable."""

    needs: StackNeeds
    provider: str
    proxy: str


@dataclass
class _Kept:
    wanted: _Wanted
    stack: Stack
    folder: Path
    reset: Reset
    users: str
    """The last run that had it."""
    at_rest: bool = False


class KeptStacks:
    """A StackSource of at most one stack, for one run at a time."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    @asynccontextmanager
    async def ready(self, needs: StackNeeds, context: Context) -> AsyncIterator[Stack]:
        """See StackSource."""
        wanted = _Wanted(needs, context.choices.provider, context.choices.proxy)
        kept = await self._again(wanted, context) or await self._new(wanted, context)
        kept.users, kept.at_rest = context.folder.name, False
        try:
            yield kept.stack
        finally:
            await to_its_end(lambda: _copy_logs(kept.stack, context.folder))

    def leave(self, *, at_rest: bool) -> None:
        """See StackSource."""
        if self._kept is not None:
            self._kept.at_rest = at_rest

    def close(self) -> None:
        """Stop what is kept. Raises LeftOvers."""
        kept, self._kept = self._kept, None
        if kept is not None:
            _stop(kept.stack, kept.folder)

    async def _again(self, wanted: _Wanted, context: Context) -> _Kept | None:
        """The kept stack, reset, when it has these properties; else None."""
        if self._kept is None:
            return None
        if self._kept.wanted != wanted:
            context.note(f"the stack of {self._kept.users} is not what is needed here; another one is started")
            await to_its_end(self.close)
            return None
        kept = self._kept
        try:
            done = await to_its_end(lambda: kept.reset.do(context.seed, at_rest=kept.at_rest))
        except NotClean as error:
            context.note(f"the stack of {kept.users} is thrown away, it cannot be made as new: {error}")
            await to_its_end(self.close)
            return None
        _empty_logs(kept.stack)
        context.note(f"the stack of {kept.users} again: {done}")
        return kept

    async def _new(self, wanted: _Wanted, context: Context) -> _Kept:
        placement = choose_placement(wanted.provider, wanted.proxy, proxied=wanted.needs.proxied)
        for line in placement.told():
            context.note(line)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        stack = wanted.needs.new_stack(placement, folder / "stack", context.seed, Scratch(folder, os.getpid()))
        try:
            await start(stack, context)
            reset = await to_its_end(lambda: Reset(stack))
        except BaseException:
            await asyncio.to_thread(_stop, stack, folder)
            raise
        self._kept = _Kept(wanted, stack, folder, reset, context.folder.name)
        return self._kept


_STACKS: ContextVar[KeptStacks | None] = ContextVar("stacks kept between runs", default=None)


@contextmanager
def stacks_kept() -> Iterator[KeptStacks]:
    """Runs of this context that start a stack of their own share it with the next ones; it is stopped at the end."""
    stacks = KeptStacks()
    token = _STACKS.set(stacks)
    try:
        yield stacks
    finally:
        _STACKS.reset(token)
        stacks.close()


def kept_stacks() -> KeptStacks | None:
    """The stacks of the enclosing `stacks_kept`, None outside of one."""
    return _STACKS.get()


def _stop(stack: Stack, folder: Path) -> None:
    try:
        stack.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_logs(stack: Stack, run: Path) -> None:
    """Copy the members' logs of the ended run into its folder."""
    there = run / "stack" / "logs"
    shutil.copytree(stack.folder / "logs", there, dirs_exist_ok=True)


def _empty_logs(stack: Stack) -> None:
    """Truncate the logs; members append, so the files stay open."""
    for log in (stack.folder / "logs").glob("*.log"):
        os.truncate(log, 0)
