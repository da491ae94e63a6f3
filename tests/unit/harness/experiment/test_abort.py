"""An abort ends what it bounds, and nothing else."""

import asyncio

import pytest

from harness.experiment.abort import Abort, AbortedError


async def test_what_is_under_way_is_ended_with_the_first_reason() -> None:
    abort = Abort()
    asyncio.get_running_loop().call_soon(abort, "the first")
    asyncio.get_running_loop().call_soon(abort, "the second")
    with pytest.raises(AbortedError, match="the first"):
        async with abort.bounding():
            await asyncio.Event().wait()


async def test_what_begins_later_is_ended_at_once() -> None:
    abort = Abort()
    abort("too late")
    with pytest.raises(AbortedError):
        async with abort.bounding():
            await asyncio.Event().wait()


async def test_without_an_abort_nothing_is_ended_and_errors_pass() -> None:
    abort = Abort()
    async with abort.bounding():
        pass
    with pytest.raises(TimeoutError, match="of its own"):
        async with abort.bounding():
            raise TimeoutError("of its own")
    abort("afterwards")
    await asyncio.sleep(0)
