"""Runs blocking calls on a stack in a thread, always to completion, so that a cancelled run can stop the stack.

Of a start that failed, as of every run, the ends of the members' logs are kept.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from harness.experiment import Context, RunFolder
from harness.stack.events import Phase, StackEvent
from harness.stack.process import tail
from harness.stack.stack import Stack
from harness.stack.view import StackView

T = TypeVar("T")
LOG_LINES = 400


async def to_its_end(call: Callable[[], T]) -> T:
    """Call it in a thread. When cancelled, wait for it to return first. Raises its errors, CancelledError."""
    calling = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(calling)
    except asyncio.CancelledError:
        await asyncio.wait([calling])
        raise


async def start(stack: Stack, context: Context) -> None:
    """Start it. When cancelled, wait for the thread first. When it fails, the members' logs are kept with the run.

    Raises StackError, CancelledError.
    """

    def tell(event: StackEvent) -> None:
        if event.phase in (Phase.READY, Phase.NOTE, Phase.FAILED):
            context.note(f"{event.name} {event.phase} {event.detail}".rstrip())

    try:
        await to_its_end(lambda: stack.start(tell))
    except BaseException:
        RunFolder(context.folder).save_logs(tails(stack))
        raise


def tails(stack: StackView) -> dict[str, str]:
    """The last LOG_LINES lines of every member that there is, by its name."""
    return {instance.name: tail(instance.log, LOG_LINES) for instance in stack.instances()}
