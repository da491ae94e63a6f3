"""members: process ids of members, to record replaced processes."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from chaos.observations.events import MEMBER_REPLACED
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

POLL_S = 0.3


class Member(Protocol):
    """The state of a member."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def pid(self) -> int | None:
        """Process id of its main process; None when it never ran."""

    @property
    def alive(self) -> bool:
        """Whether that process runs."""


async def members(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A member runs as a new process: event `member_replaced`, about the member.

    It is recorded when the new process exists, ready or not.
    """
    seen: dict[str, int] = {}
    while True:
        for name, was in replaced(seen, await asyncio.to_thread(subject.stack.instances)):
            recorder.event(MEMBER_REPLACED, name, {"was": was, "now": seen[name]})
        ready.set()
        await asyncio.sleep(POLL_S)


def replaced(seen: dict[str, int], now: Iterable[Member]) -> list[tuple[str, int]]:
    """Members with another process id than at the last poll, with the new one; `seen` is updated."""
    found = []
    for member in now:
        if member.pid is None or not member.alive:
            continue
        if (was := seen.get(member.name, member.pid)) != member.pid:
            found.append((member.name, was))
        seen[member.name] = member.pid
    return found
