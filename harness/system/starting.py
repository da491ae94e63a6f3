"""Starts a stack in a thread, so that a run can be cancelled at any moment and there is always something definite to stop."""

import asyncio

from harness.experiment import Context, RunFolder
from harness.stack.events import Phase, StackEvent
from harness.stack.stack import Stack
from harness.system.logs import tails


async def start(stack: Stack, context: Context) -> None:
    """Start it. When cancelled, wait for the thread first. When it fails, the members' logs are kept with the run.

    Raises StackError, CancelledError.
    """

    def tell(event: StackEvent) -> None:
        if event.phase in (Phase.READY, Phase.NOTE, Phase.FAILED):
            context.note(f"{event.name} {event.phase} {event.detail}".rstrip())

    starting = asyncio.ensure_future(asyncio.to_thread(stack.start, tell))
    try:
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            raise
    except BaseException:
        RunFolder(context.folder).save_logs(tails(stack))
        raise
