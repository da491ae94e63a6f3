"""members: which members run as which process."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from chaos.observations.events import MEMBER_REPLACED
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

POLL_S = 0.3


class Member(Protocol):
    """One member at one moment."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def pid(self) -> int | None:
        """Its first process."""

    @property
    def alive(self) -> bool:
        """Whether that runs."""


async def members(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """A member runs as another process than before: event `member_replaced`, about the member.

    It counts as replaced as soon as the new process is there, ready or not.
    """
    seen: dict[str, int] = {}
    while True:
        for name, was in replaced(seen, await asyncio.to_thread(subject.stack.instances)):
            recorder.event(MEMBER_REPLACED, name, {"was": was, "now": seen[name]})
        ready.set()
        await asyncio.sleep(POLL_S)


def replaced(seen: dict[str, int], now: Iterable[Member]) -> list[tuple[str, int]]:
    """Whoever runs as another process than at the last look, and as which; what runs now is noted."""
    found = []
    for member in now:
        if member.pid is None or not member.alive:
            continue
        if (was := seen.get(member.name, member.pid)) != member.pid:
            found.append((member.name, was))
        seen[member.name] = member.pid
    return found
