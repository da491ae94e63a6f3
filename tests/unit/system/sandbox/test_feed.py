"""Followers are told everything from the moment they follow, in order, and a slow one is cut off, not kept."""

import asyncio

import pytest

from system.sandbox import feed
from system.sandbox.feed import Feed


async def test_every_follower_is_told_what_happens_from_then_on() -> None:
    source: Feed[int] = Feed()
    source.publish(1)
    first = source.follow()
    source.publish(2)
    second = source.follow()
    source.publish(3)
    assert [await anext(first), await anext(first)] == [2, 3]
    assert await anext(second) == 3


async def test_a_follower_that_falls_behind_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LONGEST_BACKLOG", 2)
    source: Feed[int] = Feed()
    slow = source.follow()
    for number in range(5):
        source.publish(number)
    assert [number async for number in slow] == [0, 1]


async def test_one_that_left_is_forgotten() -> None:
    source: Feed[int] = Feed()
    leaving = source.follow()
    waiting = asyncio.ensure_future(anext(leaving))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert source._followers == set()
